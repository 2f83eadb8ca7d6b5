"""Floating-point errors and bad input behave as with NumPy."""

import warnings

import numpy as np
import pytest

import lanewise

CASES = [
    ("divide", (1.0, 0.0), "divide by zero"),
    ("divide", (0.0, 0.0), "invalid value"),
    ("multiply", (1e300, 1e300), "overflow"),
    ("add", (1.7e308, 1.7e308), "overflow"),
    ("subtract", (np.inf, np.inf), "invalid value"),
    ("log", (0.0,), "divide by zero"),
    ("log", (-1.0,), "invalid value"),
    ("sqrt", (-1.0,), "invalid value"),
    ("exp", (1e4,), "overflow"),
    ("sin", (np.inf,), "invalid value"),
    ("cos", (np.inf,), "invalid value"),
    ("pow", (-1.5, 0.5), "invalid value"),
    ("pow", (1e300, 2.0), "overflow"),
]
SHAPES = [(10,), (3, 4), (20000,)]


@pytest.fixture(params=["fast", "ufunc", "strided"])
def arrays(request):
    def make(values, shape):
        made = [np.full(shape, v) for v in values]
        return [np.repeat(a, 2, axis=-1)[..., ::2] for a in made] if request.param == "strided" \
            else made

    make.keywords = {"dtype": "f8"} if request.param == "ufunc" else {}
    return make


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name, values, message", CASES)
def test_errstate(name, values, message, shape, arrays):
    function, args = getattr(lanewise, name), arrays(values, shape)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match=message):
        function(*args, **arrays.keywords)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        function(*args, **arrays.keywords)
    with np.errstate(all="warn"), pytest.warns(RuntimeWarning, match=f"{message}.*in {name}"):
        function(*args, **arrays.keywords)
    calls = []
    with np.errstate(all="call", call=lambda text, flag: calls.append(text)):
        function(*args, **arrays.keywords)
    assert len(calls) == 1 and message.split()[0] in calls[0]


@pytest.mark.parametrize("name", ["exp", "sin", "add", "divide", "less", "isnan", "sqrt", "tanh"])
@pytest.mark.parametrize("n", [1, 3, 5, 13, 1001])
def test_ordinary_values_raise_nothing(name, n):
    function = getattr(lanewise, name)
    x = np.linspace(0.5, 2, n)
    with np.errstate(all="raise"):
        for a in (x, x.astype("f4"), np.full(n, np.nan)):
            function(*[a] * function.nin)


def test_flags_of_earlier_work_do_not_count():
    with np.errstate(all="ignore"):
        np.log(np.zeros(3))
        np.float64(1) / np.float64(0)
    with np.errstate(all="raise"):
        lanewise.add(np.ones(3), np.ones(3))
        lanewise.sum(np.ones(3))


def test_reductions_raise():
    with np.errstate(all="raise"):
        with pytest.raises(FloatingPointError, match="overflow.*sum"):
            lanewise.sum(np.full(100, 1e308))
        with pytest.raises(FloatingPointError, match="overflow"):
            lanewise.sum(np.full((100, 3), 1e308), axis=0)
        with pytest.raises(FloatingPointError, match="invalid"):
            lanewise.cumsum(np.array([np.inf, -np.inf]))


@pytest.mark.parametrize("call, error", [
    (lambda: lanewise.exp(), TypeError),
    (lambda: lanewise.exp(1, 2, 3, 4), TypeError),
    (lambda: lanewise.exp(np.ones(3), nonsense=1), TypeError),
    (lambda: lanewise.add(np.ones(3)), TypeError),
    (lambda: lanewise.add(np.ones(3), np.ones(4)), ValueError),
    (lambda: lanewise.add(np.ones((2, 3)), np.ones((3, 2))), ValueError),
    (lambda: lanewise.exp(np.ones(3), out=np.ones(4)), ValueError),
    (lambda: lanewise.exp(np.ones(3), out=[1, 2, 3]), TypeError),
    (lambda: lanewise.exp(np.ones(3), out=np.broadcast_to(1.0, 3)), ValueError),
    (lambda: lanewise.exp("text"), TypeError),
    (lambda: lanewise.exp({}), TypeError),
    (lambda: lanewise.pow(np.array([2]), np.array([-1])), ValueError),
    (lambda: lanewise.sum(np.ones(3), out=[1]), TypeError),
    (lambda: lanewise.target("avx9"), ValueError),
    (lambda: lanewise.target(2), TypeError),
    (lambda: lanewise.threads(-1), ValueError),
    (lambda: lanewise.threads(0), ValueError),
    (lambda: lanewise.threads("two"), TypeError),
    (lambda: lanewise.set_threads(-1), ValueError),
    (lambda: lanewise.set_threads("two"), TypeError),
    (lambda: lanewise.explain("nonsense"), ValueError),
    (lambda: lanewise.explain("exp", "complex64"), TypeError),
    (lambda: lanewise.exp.nonsense, AttributeError),
    (lambda: lanewise.nonsense, AttributeError),
])
def test_bad_input(call, error):
    with pytest.raises(error):
        call()
