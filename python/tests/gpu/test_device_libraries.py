"""Arrays of other libraries: theirs in, theirs out, on their stream."""

import numpy as np
import pytest

import foreign
import lanewise
from clib import same_bits

X = np.linspace(-2, 2, 12).reshape(3, 4)


def pending(stream=None):
    """An array whose work has not run yet; its values are log(X * X + 1)."""
    d = lanewise.to_device(X * X + 1, stream=stream)
    return lanewise.log(d)


WANT = lanewise.log(X * X + 1)


# ------------------------------------------------------------------ the protocols


def test_interface_alone_gives_device_arrays():
    result = lanewise.exp(foreign.Interface(pending()))
    assert isinstance(result, lanewise.DeviceArray)
    assert same_bits(result.to_host(), lanewise.exp(WANT))
    strided = foreign.Interface(pending()[:, ::-2])
    assert same_bits(lanewise.add(strided, 1).to_host(), WANT[:, ::-2] + 1)
    assert same_bits(lanewise.sum(strided, axis=0).to_host(), lanewise.sum(WANT[:, ::-2], axis=0))
    contiguous = foreign.Interface(pending(), strides=None)
    assert same_bits(lanewise.exp(contiguous).to_host(), lanewise.exp(WANT))


@pytest.mark.parametrize("stream", [1, 2, 0x70])
def test_interface_streams(fake, stream):
    d = pending(stream)
    before = fake.counters.synchronises
    result = lanewise.exp(foreign.Interface(d, stream))
    assert result.stream == stream and fake.counters.synchronises == before
    assert same_bits(result.to_host(), lanewise.exp(WANT))
    # Beside an array of another stream, which decides: that one waits.
    other = lanewise.to_device(X, stream=0x80)
    result = lanewise.add(other, foreign.Interface(pending(stream), stream))
    assert result.stream == 0x80 and same_bits(result.to_host(), lanewise.add(X, WANT))


def test_interface_errors():
    d = lanewise.to_device(X)
    with pytest.raises(ValueError, match="stream"):
        lanewise.exp(foreign.Interface(d, 0))
    for entries in ({"data": None}, {"shape": None}, {"typestr": 3}, {"mask": d},
                    {"typestr": ">f8"}, {"typestr": None}):
        if entries == {"typestr": None}:
            continue  # NumPy's float64
        with pytest.raises(TypeError):
            lanewise.exp(foreign.Interface(d, **entries))
    with pytest.raises(ValueError, match="strides"):
        lanewise.exp(foreign.Interface(d, strides=(8,)))
    host = np.ones(3)
    with pytest.raises(ValueError, match="not in device memory"):
        lanewise.exp(foreign.Interface(d, data=(host.ctypes.data, False)))
    read_only = foreign.Interface(d, data=(d.__cuda_array_interface__["data"][0], True))
    assert lanewise.exp(read_only).shape == X.shape
    for call in (lambda: lanewise.exp(d, out=read_only),
                 lambda: lanewise.sum(d, axis=0, out=lanewise.to_device(read_only)[0])):
        with pytest.raises(ValueError, match="read-only"):
            call()


def test_dlpack_goes_back_to_its_library(fake):
    foreign.Dlpack.asked.clear()
    for call, want in ((lanewise.exp, lanewise.exp(WANT)), (lambda a: lanewise.add(a, 2), WANT + 2),
                       (lambda a: lanewise.sum(a, axis=1), lanewise.sum(WANT, axis=1)),
                       (lambda a: lanewise.astype(a, "f4"), WANT.astype("f4"))):
        given = foreign.Dlpack(pending(0x70))
        before = fake.counters.synchronises
        result = call(given)
        assert type(result) is foreign.Dlpack and fake.counters.synchronises == before
        assert same_bits(result.array.to_host(), want)
    assert set(foreign.Dlpack.asked) == {1}


def test_dlpack_producers_are_told_the_stream():
    foreign.Dlpack.asked.clear()
    result = lanewise.add(lanewise.to_device(X, stream=0x70), foreign.Dlpack(pending(0x80)))
    assert foreign.Dlpack.asked == [0x70]
    assert same_bits(result.to_host(), lanewise.add(X, WANT))


def test_old_dlpack_without_a_library():
    result = lanewise.exp(foreign.OldDlpack(pending(0x70)))
    assert isinstance(result, lanewise.DeviceArray)
    assert same_bits(result.to_host(), lanewise.exp(WANT))
    assert same_bits(lanewise.to_host(foreign.OldDlpack(pending())), WANT)
    assert same_bits(lanewise.to_device(foreign.OldDlpack(pending())).to_host(), WANT)


def test_out_of_another_library():
    out = foreign.Interface(lanewise.to_device(np.zeros((3, 4)), stream=0x90), 0x90)
    assert lanewise.exp(pending(), out=out) is out
    assert same_bits(out.array.to_host(), lanewise.exp(WANT))


def test_arrays_on_the_host_are_not_touched():
    assert lanewise.exp(foreign.HostDlpack(None)).tolist() == lanewise.exp(np.arange(3.0)).tolist()
    with pytest.raises(TypeError, match="HostDlpack beside an array on device 0"):
        lanewise.add(lanewise.to_device(X), foreign.HostDlpack(None))


def test_producers_that_refuse():
    class Refuses(foreign.OldDlpack):
        def __dlpack__(self, stream=None):
            raise BufferError("not this one")

    with pytest.raises(BufferError, match="not this one"):
        lanewise.exp(Refuses(lanewise.to_device(X)))


# ------------------------------------------------------------------ CuPy, PyTorch


@pytest.fixture(params=["cupy", "torch"])
def library(request, monkeypatch):
    return foreign.install(monkeypatch, request.param)


def kind(library):
    return library.ndarray if library.__name__ == "cupy" else library.Tensor


def test_theirs_in_theirs_out(library, fake):
    for x in (X, X.astype("f4"), X[:, 1:2], X[0, 0]):
        given = library.asarray(np.array(x))
        for call in (lanewise.exp, lambda a: lanewise.add(a, a), lambda a: lanewise.multiply(2, a),
                     lambda a: lanewise.exp(a, dtype="f8"), lambda a: lanewise.less(a, 0.5),
                     lanewise.sum, lambda a: lanewise.mean(a, axis=None, keepdims=True),
                     lambda a: lanewise.astype(a, "i4")):
            before = fake.counters.synchronises
            result = call(given)
            assert type(result) is kind(library) and fake.counters.synchronises == before
            assert same_bits(result.array.to_host(), np.asarray(call(np.array(x))))


def test_their_views(library):
    d = lanewise.to_device(X)
    view = library.asarray(d[::-1, ::2])
    assert same_bits(lanewise.exp(view).array.to_host(), lanewise.exp(X[::-1, ::2]))
    assert lanewise.exp(view, out=view) is view
    want = X.copy()
    want[::-1, ::2] = lanewise.exp(X[::-1, ::2])
    assert same_bits(d.to_host(), want)


def test_their_current_stream(library, fake):
    given = library.asarray(X)
    for stream in (0, 2, 0x70):
        first = result = None
        fake.run_streams()
        with library.current.on(stream):
            first = lanewise.exp(given)
            result = lanewise.log(first)
            assert first.array.stream == (stream or 1)
        fake.library.lw_gpu_synchronise(0, stream)
        assert fake.counters.queued == 0, "everything was on this stream"
        assert same_bits(result.array.to_host(), lanewise.log(lanewise.exp(X)))


def test_their_current_stream_beside_others(library, fake):
    other = lanewise.exp(lanewise.to_device(X, stream=0x90))
    with library.current.on(0x70):
        given = library.asarray(X)
        result = lanewise.add(given, other)
        assert type(result) is kind(library)
        back = lanewise.add(other, given)
        assert isinstance(back, lanewise.DeviceArray) and back.stream == 0x90
    want = lanewise.add(X, lanewise.exp(X))
    assert same_bits(result.array.to_host(), want) and same_bits(back.to_host(), want)


def test_their_other_device(library):
    with library.current.on(device=1):
        given = library.asarray(X)
    result = lanewise.exp(given)
    assert result.array.device == 1
    assert same_bits(result.array.to_host(), lanewise.exp(X))
    with pytest.raises(ValueError, match="devices"):
        lanewise.add(given, library.asarray(X))


def test_mixing_with_the_host(library):
    with pytest.raises(TypeError, match="to_device"):
        lanewise.add(library.asarray(X), X)
    with pytest.raises(TypeError, match="to_device"):
        lanewise.add(X, library.asarray(X))
    with pytest.raises(TypeError, match="list beside"):
        lanewise.add(library.asarray(X), [1])
    with pytest.raises(TypeError, match="NoneType beside"):
        lanewise.add(library.asarray(X), None)
    assert same_bits(lanewise.to_host(library.asarray(X)), X)


def test_torch_limits(monkeypatch):
    torch = foreign.install(monkeypatch, "torch")
    tensor = torch.asarray(X)
    tensor.requires_grad = True
    with pytest.raises(TypeError, match="detach"):
        lanewise.exp(tensor)
    tensor.requires_grad, tensor.negated = False, True
    with pytest.raises(TypeError, match="resolve_neg"):
        lanewise.exp(tensor)
    half = torch.Tensor(lanewise.to_device(X.astype("i2")), torch.bfloat16)
    with pytest.raises(TypeError, match="bfloat16"):
        lanewise.exp(half)
    on_host = torch.asarray(X)
    on_host.is_cuda = False
    with pytest.raises(TypeError, match="not supported"):
        lanewise.exp(on_host)  # NumPy's business
