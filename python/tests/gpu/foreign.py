"""Arrays of other libraries in fake device memory, each with one way to hand them out."""

import contextlib
import sys
import types

import numpy as np

import lanewise


class Interface:
    """__cuda_array_interface__ alone, as Numba's arrays; no library around it."""

    def __init__(self, array, stream=None, **entries):
        self.array, self.stream, self.entries = array, stream, entries

    @property
    def __cuda_array_interface__(self):
        return {**self.array.__cuda_array_interface__, "stream": self.stream, **self.entries}


class Dlpack:
    """DLPack alone, with a library that takes arrays back, as JAX; immutable if asked to be."""

    asked: list = []  # the streams for which consumers asked

    def __init__(self, array):
        self.array = array

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    def __dlpack__(self, *, stream=None, max_version=None):
        self.asked.append(stream)
        return self.array.__dlpack__(stream=stream, max_version=max_version)

    def __array_namespace__(self):
        return types.SimpleNamespace(from_dlpack=Dlpack.from_dlpack)

    @classmethod
    def from_dlpack(cls, array):
        assert array.__dlpack_device__()[0] == 2
        return cls(lanewise.to_device(_Anonymous(array)))


class OldDlpack:
    """DLPack from before version 1.0, and no way back."""

    def __init__(self, array):
        self.array = array

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    def __dlpack__(self, stream=None):
        return self.array.__dlpack__(stream=stream)


class _Anonymous(OldDlpack):
    pass


class HostDlpack(OldDlpack):
    """On the host: not an array on a device, whatever its methods."""

    def __dlpack_device__(self):
        return (1, 0)

    def __array__(self, dtype=None, copy=None):
        return np.arange(3.0)


# ------------------------------------------------------------------ CuPy and PyTorch
# The attributes that lanewise uses, with the real libraries' names and meanings.


class Current:
    """A library's current stream and device."""

    def __init__(self):
        self.stream, self.device = 0, 0

    @contextlib.contextmanager
    def on(self, stream=0, device=0):
        before = self.stream, self.device
        self.stream, self.device = stream, device
        yield
        self.stream, self.device = before


def make_cupy():
    cupy = types.ModuleType("cupy")
    current = cupy.current = Current()

    class ndarray:
        def __init__(self, shape, dtype=float):
            memory = lanewise._core.device_empty(
                tuple(shape), np.dtype(dtype), current.device, current.stream or 1)
            self._set(memory)

        def _set(self, array):
            self.array, self.shape, self.strides = array, array.shape, array.strides
            self.dtype = array.dtype
            self.data = types.SimpleNamespace(
                ptr=array.__cuda_array_interface__["data"][0], device_id=array.device)

    def asarray(x):
        made = ndarray.__new__(ndarray)
        made._set(x if isinstance(x, lanewise.DeviceArray) else lanewise.to_device(
            x, current.device, current.stream or 1))
        return made

    ndarray.__module__, ndarray.__qualname__ = "cupy", "ndarray"
    cupy.ndarray, cupy.asarray = ndarray, asarray
    cupy.cuda = types.SimpleNamespace(
        get_current_stream=lambda: types.SimpleNamespace(ptr=current.stream),
        runtime=types.SimpleNamespace(getDevice=lambda: current.device),
        Device=lambda device: current.on(current.stream, device))
    return cupy


def make_torch():
    torch = types.ModuleType("torch")
    current = torch.current = Current()

    class dtype:
        def __init__(self, name):
            self.name = name

        def __repr__(self):
            return f"torch.{self.name}"

    for name in ("float16", "float32", "float64", "int32", "int64", "bool", "bfloat16"):
        setattr(torch, name, dtype(name))

    class Tensor:
        requires_grad = False
        negated = False

        def __init__(self, array, of=None):
            self.array, self.shape = array, array.shape
            self.dtype = of or getattr(torch, array.dtype.name)
            self.is_cuda, self.device = True, types.SimpleNamespace(index=array.device)

        def is_neg(self):
            return self.negated

        def stride(self):
            return tuple(s // self.array.itemsize for s in self.array.strides)

        def data_ptr(self):
            return self.array.__cuda_array_interface__["data"][0]

        def get_device(self):
            return self.array.device

    def empty(shape, dtype, device):
        return Tensor(lanewise._core.device_empty(
            tuple(shape), np.dtype(dtype.name), device.index, current.stream or 1))

    Tensor.__module__, Tensor.__qualname__ = "torch", "Tensor"
    torch.Tensor, torch.empty = Tensor, empty
    torch.asarray = lambda x: Tensor(x if isinstance(x, lanewise.DeviceArray) else
                                     lanewise.to_device(x, current.device, current.stream or 1))
    torch.cuda = types.SimpleNamespace(
        current_stream=lambda device=None: types.SimpleNamespace(cuda_stream=current.stream))
    return torch


def install(monkeypatch, name):
    library = {"cupy": make_cupy, "torch": make_torch}[name]()
    monkeypatch.setitem(sys.modules, name, library)
    return library
