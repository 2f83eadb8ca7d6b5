"""DeviceArray: copies to and from the device, views, protocols, life and death of its memory."""

import ctypes
import gc

import numpy as np
import pytest

import foreign
import lanewise
from clib import same_bits

LIVE = ctypes.pythonapi
LIVE.PyCapsule_GetPointer.restype = ctypes.c_void_p
LIVE.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


@pytest.mark.parametrize("char", "?bBhHiIlLqQefdFD")
def test_round_trip(char):
    x = np.arange(60).reshape(3, 4, 5).astype(char)
    for given in (x, x.T, x[::2, ::-1], x[0, 0, 0], x[:0], x.astype(x.dtype.newbyteorder())):
        d = lanewise.to_device(given)
        assert (d.shape, d.dtype, d.ndim, d.size) == (given.shape, x.dtype, given.ndim, given.size)
        assert (d.nbytes, d.itemsize) == (given.nbytes, given.itemsize)
        assert d.size == 0 or d.strides == np.empty(given.shape, char).strides
        assert same_bits(d.to_host(), np.asarray(given).astype(char))
        assert same_bits(lanewise.to_host(d), d.to_host())


def test_to_device_takes_what_becomes_an_array():
    assert lanewise.to_device([1.5, 2]).to_host().tolist() == [1.5, 2]
    assert lanewise.to_device(3).to_host().shape == ()
    x = np.ones(3)
    assert lanewise.to_host(x) is x
    for bad in (np.array(["a"]), np.array([None]), np.array(1, "g"), np.array(1, "M8[s]")):
        with pytest.raises(TypeError, match=str(bad.dtype).replace("[", r"\[").replace("<", "")):
            lanewise.to_device(bad)
    with pytest.raises(TypeError, match="not list"):
        lanewise.to_host([1])


def test_devices():
    assert lanewise.to_device(np.ones(3), 1).device == 1
    for device in (2, -1):
        with pytest.raises(ValueError, match=f"device {device}"):
            lanewise.to_device(np.ones(3), device)
    d = lanewise.to_device(np.ones(3), device=1)
    assert lanewise.to_device(d, 1) is d
    with pytest.raises(ValueError, match="to_host"):
        lanewise.to_device(d, 0)
    assert lanewise.exp(d).device == 1
    for call in (lanewise.add, lanewise.dot, lambda a, b: lanewise.exp(a, out=b),
                 lambda a, b: lanewise.sum(a, out=b[0])):
        with pytest.raises(ValueError, match="devices 1 and 0|devices 0 and 1"):
            call(d, lanewise.to_device(np.ones(3)))


@pytest.mark.parametrize("index", [
    0, -1, slice(None), slice(3, 0, -2), slice(5, 2), ..., None, (1, 2), (..., 0), (0, ..., 0),
    (slice(1, 3), None, -2), (None, ..., slice(None, None, -1)), (slice(0, 0), 1), (),
    np.int64(1), (1, 2, 3)])
def test_views(index):
    x = np.arange(120.0).reshape(4, 5, 6)
    d = lanewise.to_device(x)
    view, want = d[index], np.asarray(x[index])
    assert view.shape == want.shape and view.strides == want.strides or want.size == 0 or (
        1 in want.shape)
    assert same_bits(view.to_host(), want)
    lanewise.multiply(view, -1, out=view)
    x[index] *= -1
    assert same_bits(d.to_host(), x)


def test_index_errors():
    d = lanewise.to_device(np.ones((2, 3)))
    for index in (2, (0, 3), (0, 0, 0), (..., ...), -3):
        with pytest.raises(IndexError):
            d[index]
    for index in (True, [0], np.array([0]), 1.0, "a", d):
        with pytest.raises(TypeError, match="indexed with integers"):
            d[index]
    assert len(d) == 2 and [row.to_host().tolist() for row in d] == [[1, 1, 1]] * 2
    with pytest.raises(TypeError):
        len(d[0, 0])
    with pytest.raises(TypeError):
        d[0] = 1
    with pytest.raises(TypeError):
        hash(d)
    with pytest.raises(TypeError):
        lanewise.DeviceArray()


def test_text():
    d = lanewise.to_device(np.ones((2, 3), "f4"), 1)
    assert repr(d) == "<lanewise.DeviceArray of shape (2, 3), dtype float32, on device 1>"
    with pytest.raises(TypeError, match=r"to_host\(\)"):
        np.asarray(d)


# ------------------------------------------------------------------ memory


def test_memory_is_freed_with_the_last_view(fake):
    d = lanewise.to_device(np.ones(10))
    view = d[2:4]
    del d
    assert fake.counters.frees == fake.counters.allocations - 1
    assert view.to_host().tolist() == [1, 1]
    del view
    assert fake.counters.frees == fake.counters.allocations


def test_memory_is_freed_in_the_order_of_the_stream(fake):
    d = lanewise.to_device(np.arange(10.0), stream=0x70)
    e = lanewise.exp(d)
    del d
    assert fake.counters.blocks == 2, "exp has not run yet"
    assert same_bits(e.to_host(), lanewise.exp(np.arange(10.0)))
    assert fake.counters.blocks == 1


def test_failures_leave_nothing_behind(fake):
    for function in (b"alloc", b"copy", b"synchronise"):
        fake.control.fail(function, 1, -12 if function != b"alloc" else -9)
        with pytest.raises((RuntimeError, MemoryError), match="fake"):
            lanewise.to_device(np.ones(4))
    with pytest.raises(MemoryError):
        lanewise._core.device_empty((2**45,), np.dtype("f8"), 0, 1)
    with pytest.raises(ValueError, match="too large"):
        lanewise._core.device_empty((2**62,), np.dtype("f8"), 0, 1)


def test_without_elements():
    d = lanewise.to_device(np.empty((0, 3)))
    assert lanewise.exp(d).shape == (0, 3)
    assert lanewise.sum(d, axis=0).to_host().tolist() == [0, 0, 0]
    assert lanewise.to_device(foreign.Interface(d)).shape == (0, 3)
    assert lanewise.to_device(foreign.OldDlpack(d)).shape == (0, 3)


# ------------------------------------------------------------------ protocols


def test_dlpack_versions():
    d = lanewise.to_device(np.ones((2, 3), "f4"), 1)
    assert d.__dlpack_device__() == (2, 1)
    for arguments, name in (({}, "dltensor"), ({"max_version": (0, 8)}, "dltensor"),
                            ({"max_version": (1, 0)}, "dltensor_versioned"),
                            ({"max_version": (2, 5), "copy": False, "dl_device": (2, 1)},
                             "dltensor_versioned")):
        assert f'"{name}"' in repr(d.__dlpack__(**arguments))
    for arguments in ({"copy": True}, {"dl_device": (1, 0)}, {"dl_device": (2, 0)}):
        with pytest.raises(BufferError):
            d.__dlpack__(**arguments)
    with pytest.raises(ValueError, match="stream"):
        d.__dlpack__(stream=0)
    with pytest.raises(TypeError):
        d.__dlpack__(1)


def test_capsules_keep_the_memory(fake):
    for version in (None, (1, 1)):
        d = lanewise.to_device(np.ones(4))
        blocks = fake.counters.blocks
        capsule = d.__dlpack__(max_version=version)
        del d
        gc.collect()
        assert fake.counters.blocks == blocks
        del capsule  # nobody consumed it
        fake.run_streams()
        assert fake.counters.blocks == blocks - 1


@pytest.mark.parametrize("version", [None, (1, 1)])
def test_consumers_delete_what_they_took(fake, version):
    d = lanewise.to_device(np.ones(4))
    capsule = d.__dlpack__(max_version=version)
    name = b"dltensor_versioned" if version else b"dltensor"
    pointer = LIVE.PyCapsule_GetPointer(capsule, name)
    used = ctypes.create_string_buffer(b"used_" + name)
    LIVE.PyCapsule_SetName(ctypes.py_object(capsule), used)
    del d, capsule
    fake.run_streams()
    assert fake.counters.blocks == 1
    offset = 16 if version else 56  # of the deleter in the structure
    deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(
        ctypes.cast(pointer + offset, ctypes.POINTER(ctypes.c_void_p))[0])
    deleter(pointer)
    fake.run_streams()
    assert fake.counters.blocks == 0


def test_exports_hand_the_stream_over(fake):
    def pending():
        return lanewise.exp(lanewise.to_device(np.zeros(4), stream=0x70))

    for stream, waits in ((None, 1), (1, 1), (2, 1), (0x80, 1), (0x70, 0), (-1, 0)):
        d, before = pending(), fake.counters
        assert d.stream == 0x70
        d.__dlpack__(stream=stream)
        after = fake.counters
        assert after.waits - before.waits == waits, stream
        assert after.synchronises == before.synchronises
    assert d.__cuda_array_interface__["stream"] == 0x70
    assert lanewise.to_device(np.ones(2)).__cuda_array_interface__["stream"] == 1


def test_cuda_array_interface():
    d = lanewise.to_device(np.ones((2, 3), "i2"))[:, ::2]
    interface = d.__cuda_array_interface__
    assert interface["shape"] == (2, 2) and interface["strides"] == (6, 4)
    assert interface["typestr"] == "<i2" and interface["version"] == 3
    assert interface["data"][1] is False


# ------------------------------------------------------------------ streams


def test_stream_arguments():
    class WithPtr:
        ptr = 0x70

    class WithHandle:
        cuda_stream = 0

    class WithProtocol:
        def __cuda_stream__(self):
            return (0, 0x70)

    for given, number in ((None, 1), (1, 1), (2, 2), (0x70, 0x70), (WithPtr(), 0x70),
                          (WithHandle(), 1), (WithProtocol(), 0x70)):
        assert lanewise.to_device(np.ones(2), stream=given).stream == number
    for bad, error in ((0, ValueError), (-1, ValueError), ("1", TypeError), (1.5, TypeError),
                       (object(), TypeError)):
        with pytest.raises(error, match="stream"):
            lanewise.to_device(np.ones(2), stream=bad)


def test_stream_objects_live_as_long_as_their_arrays():
    import weakref

    class Stream:
        ptr = 0x70

    stream = Stream()
    alive = weakref.ref(stream)
    d = lanewise.exp(lanewise.to_device(np.ones(2), stream=stream)[:1] + 1)
    del stream
    gc.collect()
    assert alive() is not None
    del d
    gc.collect()
    assert alive() is None


def test_arrays_of_two_streams_wait_for_each_other(fake):
    x = np.arange(5.0)
    a = lanewise.exp(lanewise.to_device(x, stream=0x70))
    b = lanewise.exp(lanewise.to_device(-x, stream=0x80))
    before = fake.counters
    c = lanewise.add(a, b)
    after = fake.counters
    assert c.stream == 0x70 and after.waits > before.waits
    assert after.synchronises == before.synchronises
    del b
    assert same_bits(c.to_host(), lanewise.add(lanewise.exp(x), lanewise.exp(-x)))
    out = lanewise.to_device(np.zeros(5), stream=0x90)
    lanewise.exp(a, out=out)
    assert same_bits(out.to_host(), lanewise.exp(lanewise.exp(x)))
    assert same_bits(lanewise.sum(a, out=out[0]).to_host(), np.asarray(lanewise.sum(
        lanewise.exp(x))))
