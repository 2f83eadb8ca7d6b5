"""threadpoolctl lists lanewise among the libraries with threads, and limits them.

threadpoolctl is registered with when it is imported, before or after lanewise; it is never
imported from here.
"""

import threading

from ._imports import when_imported

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
            # Asked by a thread that has no limit of its own: else that limit would be the whole
            # process's once threadpoolctl restores what it found.
            function = self._get_symbol("lw_get_threads")
            if function is None:
                return None
            found = []
            asking = threading.Thread(target=lambda: found.append(function()))
            asking.start()
            asking.join()
            return found[0]

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
    when_imported(_NAME, register)
