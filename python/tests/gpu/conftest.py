"""Tests on a machine with two fake GPUs. test_gpu.py runs them in a process of its own."""

import ctypes
import gc
import os

import pytest

import lanewise

FOLDER = os.environ.get("LANEWISE_FAKE_GPU")
collect_ignore_glob = [] if FOLDER else ["test_*.py"]


class _Counters(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in (
        "launches", "synchronises", "copies", "waits", "lookups", "warm_ups", "allocations",
        "frees", "blocks", "queued")]


class _Control(ctypes.Structure):
    _fields_ = [
        ("counters", ctypes.CFUNCTYPE(_Counters)),
        ("allocate", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_int, ctypes.c_int,
                                      ctypes.c_size_t)),
        ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("fail", ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_int)),
        ("set_scratch", ctypes.CFUNCTYPE(None, ctypes.c_size_t)),
        ("remove_kernel", ctypes.CFUNCTYPE(None, ctypes.c_int)),
    ]


class Fake:
    """The fake plugin, as tests/gpu_host/fake_plugin.h has it."""

    def __init__(self):
        self.library = ctypes.CDLL(os.path.join(lanewise.get_library_dir(), "liblanewise.so.0.1"))
        self.library.lw_gpu_set_plugin.argtypes = [ctypes.c_char_p]
        plugin = os.path.join(FOLDER, "plugin.so")
        assert self.library.lw_gpu_set_plugin(plugin.encode()) == 0
        entry = ctypes.CDLL(plugin).lanewise_fake_control
        entry.restype = ctypes.POINTER(_Control)
        self.control = entry().contents

    @property
    def counters(self):
        return self.control.counters()

    def run_streams(self):
        """Everything that is queued on any stream that tests use."""
        for device in (0, 1):
            for stream in (0, 2, 0x70, 0x80, 0x90):
                self.library.lw_gpu_synchronise(device, ctypes.c_void_p(stream))


_fake = Fake() if FOLDER else None


@pytest.fixture
def fake():
    return _fake


@pytest.fixture(autouse=True)
def no_leaks():
    """Every test leaves no device memory behind, and every stream clean."""
    yield
    _fake.run_streams()
    if _fake.counters.blocks:  # in a cycle, perhaps, or held by an exception's traceback
        gc.collect()
        _fake.run_streams()
    counters = _fake.counters
    assert (counters.blocks, counters.queued) == (0, 0)
