"""On a real GPU, with the real libraries: what gpu/ tests against fakes. Skipped without one."""

import gc

import numpy as np
import pytest

import lanewise
from clib import same_bits

FOUND = lanewise.gpu()
pytestmark = pytest.mark.skipif(FOUND.data["state"] != "ready", reason=str(FOUND))

X = np.linspace(-3, 3, 3000, dtype="f4").reshape(30, 100)
CALLS = [lanewise.exp, lambda a: lanewise.add(a, a), lambda a: lanewise.multiply(2, a),
         lambda a: lanewise.less(a, 0.5), lambda a: lanewise.exp(a[::-1, ::3]),
         lambda a: lanewise.add(a[:, :1], a[0]), lanewise.sum, lambda a: lanewise.mean(a, axis=0),
         lambda a: lanewise.var(a, axis=1, keepdims=True), lambda a: lanewise.argmax(a, axis=1),
         lambda a: lanewise.astype(a, "f8")]


def imported(name):
    return pytest.importorskip(name, reason=f"{name} is not installed")


def test_device_array():
    d = lanewise.to_device(X)
    for call in CALLS:
        assert same_bits(lanewise.to_host(call(d)), np.asarray(call(X)))
    assert lanewise.exp(d, out=d) is d
    assert same_bits(d.to_host(), lanewise.exp(X))


@pytest.mark.parametrize("name", ["cupy", "torch"])
def test_theirs_in_theirs_out(name):
    library = imported(name)
    x = library.asarray(X) if name == "cupy" else library.from_numpy(X).cuda()
    kind = type(x)
    stream = library.cuda.Stream()
    for call in CALLS:
        want = np.asarray(call(X))
        try:
            result = call(x)
        except ValueError as error:
            assert name == "torch" and "step" in str(error)  # it has no negative strides
            continue
        assert type(result) is kind
        assert same_bits(lanewise.to_host(result), want)
    with stream if name == "cupy" else library.cuda.stream(stream):
        first = lanewise.exp(x)
        pointer = stream.ptr if name == "cupy" else stream.cuda_stream
        assert lanewise.exp(lanewise.to_device(first)).stream == pointer
        second = lanewise.log(first)
    stream.synchronize()
    assert same_bits(lanewise.to_host(second), lanewise.log(lanewise.exp(X)))


def test_torch_reads_what_lanewise_makes():
    torch = imported("torch")
    d = lanewise.exp(lanewise.to_device(X))
    tensor = torch.from_dlpack(d)
    del d
    gc.collect()
    assert same_bits(tensor.cpu().numpy(), lanewise.exp(X))
    with pytest.raises(TypeError, match="detach"):
        lanewise.exp(torch.ones(3, device="cuda", requires_grad=True))
    with pytest.raises(TypeError, match="to_device"):
        lanewise.add(tensor, X)


def test_cupy_reads_what_lanewise_makes():
    cupy = imported("cupy")
    d = lanewise.exp(lanewise.to_device(X))
    assert same_bits(cupy.asnumpy(cupy.from_dlpack(d)), lanewise.exp(X))
    assert same_bits(cupy.asnumpy(cupy.asarray(d)), lanewise.exp(X))


def test_numba():
    imported("numba")
    cuda = pytest.importorskip("numba.cuda")
    x = cuda.to_device(X)
    result = lanewise.exp(x)
    assert type(result) is type(x)
    assert same_bits(result.copy_to_host(), lanewise.exp(X))


def test_jax():
    jax = imported("jax")
    devices = [d for d in jax.devices() if d.platform == "gpu"]
    if not devices:
        pytest.skip("this JAX has no GPU")
    x = jax.device_put(X, devices[0])
    result = lanewise.exp(x)
    assert isinstance(result, type(x))
    assert same_bits(np.asarray(result), lanewise.exp(X))


@pytest.mark.parametrize("name", ["cupy", "torch"])
def test_two_libraries_in_one_call(name):
    library = imported(name)
    x = library.asarray(X) if name == "cupy" else library.from_numpy(X).cuda()
    d = lanewise.exp(lanewise.to_device(X))
    assert type(lanewise.add(x, d)) is type(x)
    assert same_bits(lanewise.to_host(lanewise.add(d, x)), lanewise.add(lanewise.exp(X), X))
