"""What goes wrong is told as one line; the command line ends with it."""

import importlib


class InstallError(ValueError):
    """The question cannot be answered: the message says why, and what to do."""


class NoPackage(InstallError):
    """What was asked for is not there, and everything else is in order."""


def require(module, package, purpose):
    """Says how to get a package that only the extra brings."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise InstallError(f"{purpose} needs {package}: pip install 'lanewise[explain]' "
                           f"({error})") from error
