"""threadpoolctl lists lanewise among the libraries with threads, and limits them.

threadpoolctl is registered with when it is imported, before or after lanewise; it is never
imported from here.
"""

import sys

_NAME = "threadpoolctl"


def register(threadpoolctl):
    if not hasattr(threadpoolctl, "register"):  # before 3.2
        return

    class LanewiseController(threadpoolctl.LibController):
        user_api = "lanewise"
        internal_api = "lanewise"
        filename_prefixes = ("liblanewise.so",)
        check_symbols = ("lw_get_threads", "lw_set_threads")

        def get_num_threads(self):
            function = self._get_symbol("lw_get_threads")
            return None if function is None else function()

        def set_num_threads(self, num_threads):
            self._get_symbol("lw_set_threads")(num_threads)

        def get_version(self):
            import ctypes

            function = self._get_symbol("lw_version")
            if function is None:
                return None
            function.restype = ctypes.c_char_p
            return function().decode()

    threadpoolctl.register(LanewiseController)


def register_when_imported():
    module = sys.modules.get(_NAME)
    if module is not None:
        register(module)
    else:
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds nothing itself: sees the import of threadpoolctl coming, and registers after it."""

    def find_spec(self, name, path=None, target=None):
        if name != _NAME:
            return None
        import importlib.util

        if self in sys.meta_path:
            sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """A loader that registers with the module it has loaded."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # The module is left as if nothing had stood in between.
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        register(module)
