"""Things to do once another package is there, without importing it."""

import sys


def when_imported(name, action):
    """Calls action(module) now if the module is loaded, else right after its import."""
    module = sys.modules.get(name)
    if module is not None:
        action(module)
    else:
        sys.meta_path.insert(0, _Finder(name, action))


class _Finder:
    """Finds nothing itself: sees the import coming, and has its loader act after it.

    Who only asks where the module is (importlib.util.find_spec) does not import it: the finder
    stays until the module is loaded.
    """

    def __init__(self, name, action):
        self._name, self._action = name, action

    def find_spec(self, name, path=None, target=None):
        finders = list(sys.meta_path)
        if name != self._name or self not in finders:
            return None
        # Those before this one have been asked.
        for finder in finders[finders.index(self) + 1:]:
            find_spec = getattr(finder, "find_spec", None)
            spec = find_spec and find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader, self)
                return spec
        return None

    def loaded(self, module):
        if sys.modules.get(self._name) is module and self in sys.meta_path:
            sys.meta_path.remove(self)
        self._action(module)


class _Loader:
    """A loader that tells the finder of the module it has loaded."""

    def __init__(self, loader, finder):
        self._loader, self._finder = loader, finder

    def __getattr__(self, name):
        if name == "_loader":  # of a copy that is being made
            raise AttributeError(name)
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # The module is left as if nothing had stood in between.
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._finder.loaded(module)
