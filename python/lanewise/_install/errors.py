"""What goes wrong is told as one line; the command line ends with it."""


class InstallError(ValueError):
    """The question cannot be answered: the message says why, and what to do."""


class NoPackage(InstallError):
    """What was asked for is not there, and everything else is in order."""


def needs(package, why):
    """The message for a package that the extra would have brought."""
    return InstallError(f"{why} needs {package}: pip install 'lanewise[explain]'")
