"""What is measured: every kernel of the library's list x dtypes x sizes, with its inputs."""

import numpy as np

import lanewise
from lanewise import _core, ufuncs
from lanewise._names import numpy_ufunc

# Names that the result file shares with the C++ benchmarks.
_DTYPE_NAMES = {dtype.char: name for name, (_, dtype) in _core.dtypes().items()
                if dtype is not None}
SIZE_NAMES = {1000: "1k", 65536: "64k", 1 << 20: "1M", 1 << 24: "16M"}

# Arguments for kernels that nothing is known of: the first range in which all results are finite.
_RANGES = [(-10, 10), (0.01, 100), (0.1, 10), (0.1, 0.9), (1, 10)]

# From this size on the result goes into an existing array, where both sides can do that: the
# kernel would otherwise be hidden behind the page faults of fresh memory.
OUT_FROM = 65536


def dtype_name(dtype):
    return _DTYPE_NAMES.get(np.dtype(dtype).char, np.dtype(dtype).name)


def size_name(n):
    return SIZE_NAMES.get(n, str(n))


def parse_size(text):
    """1000 for "1k", 65536 for "64k", 1048576 for "1M"; other numbers as they are."""
    named = {name: n for n, name in SIZE_NAMES.items()}
    if text in named:
        return named[text]
    factor = {"k": 1 << 10, "M": 1 << 20}.get(text[-1:], 1)
    digits = text[:-1] if factor > 1 else text
    if not digits.isdecimal() or int(digits) == 0:
        raise ValueError(f"a size is a number such as 10, 1k, 64k or 16M, not {text!r}")
    return int(digits) * factor


def generate(dtype, n, seed, low, high):
    """The same values on every machine: integer hashes, scaled with one rounding each."""
    state = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state += np.uint64(seed * 0x1234567 + 99)
    state ^= state >> np.uint64(30)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(27)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return state >> np.uint64(63) > 0
    if dtype.kind in "iu":
        offset = 100 if dtype.kind == "i" and low < 0 else 0
        return ((state >> np.uint64(40)) % np.uint64(offset + 101)).astype(dtype) - dtype.type(offset)
    unit = (state >> np.uint64(40)).astype(np.float64)
    unit *= (high - low) / 2.0**24
    unit += low
    return unit.astype(dtype)


class Case:
    """One row: a kernel, the dtypes of its inputs and outputs, a size."""

    def __init__(self, kernel, types, n):
        self.name, _, self.shape, self.inputs, self.max_ulp = kernel[:5]
        given, results = types.split("->")
        self.given = tuple(np.dtype(t) for t in given)
        self.results = tuple(np.dtype(t) for t in results)
        self.n = n
        self.arrays = self.out = None

    @property
    def types(self):
        """As in C++'s result file: the elements' dtype, or both of a conversion."""
        if self.name == "convert":
            return f"{dtype_name(self.given[0])},{dtype_name(self.results[0])}"
        return dtype_name(self.given[-1])

    @property
    def math(self):
        return self.shape == "elementwise" and self.max_ulp >= 1

    @property
    def uses_fma(self):
        return self.math or self.name in ("fma", "divmod")

    def traffic(self):
        """Bytes read from each input and bytes written, per element."""
        reads = tuple(d.itemsize for d in self.given)
        if self.shape == "compress":
            return reads, self.given[-1].itemsize / 2  # half of the condition is true
        if self.shape in ("reduce", "reduce_two", "arg"):
            return reads, 0
        return reads, sum(d.itemsize for d in self.results)

    def prepare(self):
        """Makes the operands; they are large, so only while the row is measured."""
        for low, high in _RANGES:
            small = [generate(d, 500, i, low, high) for i, d in enumerate(self.given)]
            try:
                result = np.asarray(self.lanewise()(*small), dtype=np.float64)
            except ValueError:  # integers to negative powers
                continue
            if np.isfinite(result).all():
                break
        self.arrays = [generate(d, self.n, i, low, high) for i, d in enumerate(self.given)]
        if self.shape == "search":
            self.arrays[0].sort()
        self.out = None
        if self.shape == "elementwise" and self.name != "convert" and self.n >= OUT_FROM:
            out = tuple(np.ones(self.n, d) for d in self.results)
            out = out[0] if len(out) == 1 else out
            if _takes_out(self.lanewise(), self.arrays, out) and (
                    self.numpy() is None or _takes_out(self.numpy(), self.arrays, out)):
                self.out = out

    def release(self):
        self.arrays = self.out = None

    def lanewise(self):
        """lanewise's function; calls take the input arrays."""
        if self.name == "convert":
            return _Convert(lanewise.astype, self.results[0])
        return getattr(lanewise, self.name)

    def numpy(self):
        """NumPy's usual spelling, or None."""
        if self.name == "convert":
            return _Convert(np.ndarray.astype, self.results[0])
        if self.shape == "compress":
            return _take_true
        found = None
        if self.shape == "elementwise":
            found = numpy_ufunc(np, self.name, self.inputs, len(self.results))
        found = found or getattr(np, self.name, None)
        if found is None and self.name == "cumulative_sum":  # NumPy 1
            return np.cumsum
        return found

    def compute(self):
        """The result now, with whatever target is in force."""
        function = self.lanewise()
        return function(*self.arrays) if self.out is None else function(*self.arrays, out=self.out)


class _Convert:
    def __init__(self, astype, dtype):
        self.astype, self.dtype = astype, dtype

    def __call__(self, x):
        return self.astype(x, self.dtype)


def _take_true(condition, a):
    return a[condition]


def _takes_out(function, arrays, out):
    part = tuple(o[:4] for o in out) if isinstance(out, tuple) else out[:4]
    try:
        function(*(a[:4] for a in arrays), out=part)
    except TypeError:
        return False
    return True


def _type_signatures(kernel):
    """As NumPy writes them: "dd->d"."""
    name, _, shape, inputs, _, _, records = kernel
    if name in ufuncs.BY_NAME:
        return ufuncs.BY_NAME[name].types
    chars = {text: char for char, text in _DTYPE_NAMES.items()}
    found = []
    for record in records:
        if not set(record) <= set(chars):
            continue  # bf16: not a dtype of NumPy's own
        given = [chars[t] for t in record[:inputs]]
        if shape == "compress":
            given.reverse()  # compress(condition, a)
        results = [chars[t] for t in record[inputs:]]
        found.append(f"{''.join(given)}->{''.join(results)}")
    return found


def _wanted(kernel, signature, dtypes):
    given, result = signature.split("->")
    if kernel[0] == "convert":
        return given in dtypes and result in dtypes and given != result
    return given[-1] in dtypes


def list_cases(names=None, dtypes="fd", sizes=(1000,)):
    """All cases, kernels in the list's order. `names` may be NumPy's."""
    from lanewise._info import _kernel

    chosen = {_kernel(name)[0] for name in names} if names else None
    cases = []
    for kernel in _core.kernels():
        if chosen is not None and kernel[0] not in chosen:
            continue
        callable_name = "astype" if kernel[0] == "convert" else kernel[0]
        if not hasattr(lanewise, callable_name):
            continue
        seen = set()
        for signature in _type_signatures(kernel):
            key = Case(kernel, signature, 1).types
            if _wanted(kernel, signature, dtypes) and key not in seen:
                seen.add(key)
                cases += [Case(kernel, signature, n) for n in sizes]
    return cases


def parse_dtypes(text):
    """Type characters for "f4,float64"."""
    try:
        chars = "".join(np.dtype(name).char for name in text.split(","))
    except TypeError as error:
        raise ValueError(f"--dtypes: {error}") from None
    unknown = [c for c in chars if c not in _DTYPE_NAMES]
    if unknown:
        raise ValueError(f"--dtypes: lanewise does not compute {np.dtype(unknown[0])}")
    return chars
