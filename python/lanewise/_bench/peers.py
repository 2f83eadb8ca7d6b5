"""What else can compute the same: NumPy, patched NumPy, and other libraries that are installed."""

import contextlib
import importlib
import importlib.metadata
import os

import numpy as np

import lanewise
from lanewise._names import NUMPY_NAMES

from . import numpy_baseline
from .measure import Contestant, timer
from .options import PEERS

NUMPY_BASELINE, NUMPY_PATCHED = "NumPy baseline", "NumPy patched"


class Peer:
    """A library that is looked for when the benchmark starts."""

    name = note = ""
    package = None  # what has to be importable

    def __init__(self):
        self.version = self.left_out = ""
        self.around = contextlib.nullcontext
        try:
            self.before_import()
            if self.package:
                self.module = importlib.import_module(self.package)
            self.version = self.start()
        except Exception as error:  # a broken installation of a peer must not end the run
            self.left_out = f"{type(error).__name__}: {error}".split("\n")[0]

    def before_import(self):
        pass

    def close(self):
        pass

    def start(self):
        return importlib.metadata.version(self.package)

    def call(self, case):
        """(function, arguments, out) for a prepared case; None if there is no such function."""
        raise NotImplementedError

    def contestant(self, case):
        """None if the peer lacks the function, or if it computes something else."""
        try:
            found = self.call(case)
            if found is None or not self._agrees(case, *found):
                return None
        except Exception:  # unknown dtype or argument: each library has its own exceptions
            return None
        return Contestant(self.name, "peer", timer(*found), around=self.around)

    def _agrees(self, case, function, arguments, out):
        """Guards against functions of the same name and another meaning."""
        with self.around():
            theirs = function(*arguments) if out is None else function(*arguments, out=out)
        ours, theirs = np.atleast_1d(case.compute()), np.atleast_1d(np.asarray(theirs))
        if ours.shape != theirs.shape:
            return False
        ours, theirs = ours[:4096].astype(np.float64), theirs[:4096].astype(np.float64)
        # Wide: sums add in another order. Another function would be farther off.
        scale = np.abs(ours).max() + (case.n if case.shape == "reduce_two" else 0)
        return np.allclose(ours, theirs, rtol=0.02, atol=0.02 * scale, equal_nan=True)


class NumPy(Peer):
    name, package = "NumPy", "numpy"
    note = "its usual spelling; f32 math is looser (up to 4 ULP)"

    def call(self, case):
        function = case.numpy()
        return None if function is None else (function, case.arrays, case.out)


class NumPyBaseline(NumPy):
    name = NUMPY_BASELINE
    note = ("NPY_DISABLE_CPU_FEATURES: the loops that it has for every machine; the C library behind "
            "some of them still chooses by CPU")

    def start(self):
        if not numpy_baseline.features_in_use():
            raise RuntimeError("NumPy uses its baseline here anyway")
        self.process = numpy_baseline.Process()
        return np.__version__

    def contestant(self, case):
        if super().contestant(case) is None:
            return None
        types = "".join(d.char for d in case.given) + "->" + "".join(d.char for d in case.results)
        try:
            self.process.ask([case.name, types, case.n])
        except (OSError, ValueError):
            self.left_out = "its process ended"
            return None
        return Contestant(self.name, "peer", self.process)

    def close(self):
        if self.version:
            self.process.close()


class PatchedNumPy(NumPy):
    name = NUMPY_PATCHED
    note = "the same call inside lanewise.patched_numpy()"

    def start(self):
        self.around = lanewise.patched_numpy
        return np.__version__

    def call(self, case):
        found = super().call(case)
        patched = found and isinstance(found[0], np.ufunc) and case.given[-1].kind == "f"
        return found if patched else None


class NumExpr(Peer):
    name, package = "numexpr", "numexpr"
    note = "evaluate() of a one-function expression; compiles it once"

    _OPERATORS = {"add": "a0 + a1", "subtract": "a0 - a1", "multiply": "a0 * a1",
                  "divide": "a0 / a1", "negative": "-a0", "pow": "a0 ** a1", "less": "a0 < a1",
                  "less_equal": "a0 <= a1", "greater": "a0 > a1", "greater_equal": "a0 >= a1",
                  "equal": "a0 == a1", "not_equal": "a0 != a1"}

    def start(self):
        self.module.set_num_threads(1)
        self.module.set_vml_num_threads(1)
        return super().start() + (" with MKL" if self.module.use_vml else "")

    def call(self, case):
        functions = self.module.expressions.functions
        if case.name in self._OPERATORS:
            expression = self._OPERATORS[case.name]
        else:
            spelled = [s for s in (NUMPY_NAMES.get(case.name, case.name), case.name)
                       if s in functions]
            if not spelled:
                return None
            expression = f"{spelled[0]}({', '.join(f'a{i}' for i in range(case.inputs))})"
        names = [f"a{i}" for i in range(len(case.arrays))]
        if any(a.dtype == np.float16 for a in case.arrays):
            return None
        evaluate = self.module.evaluate

        def function(*arguments, out=None):
            return evaluate(expression, dict(zip(names, arguments)), {}, out=out)

        return function, case.arrays, case.out


class PyTorch(Peer):
    name, package = "PyTorch", "torch"
    note = "on its own tensors of the same memory"

    _NAMES = {"rint": "round", "cumulative_sum": "cumsum"}

    def start(self):
        self.module.set_num_threads(1)
        return self.module.__version__

    def call(self, case):
        if len(case.results) > 1:
            return None
        torch = self.module
        tensors = [torch.from_numpy(a) for a in case.arrays]
        out = None if case.out is None else torch.from_numpy(case.out)
        if case.name == "convert":
            dtype = torch.from_numpy(np.empty(0, case.results[0])).dtype
            return (lambda x: x.to(dtype)), tensors, None
        if case.shape == "compress":
            return (lambda condition, x: torch.masked_select(x, condition)), tensors, None
        if case.name == "var":
            return (lambda x: torch.var(x, correction=0)), tensors, None
        if case.shape == "scan":
            return (lambda x: torch.cumsum(x, 0)), tensors, None
        function = getattr(torch, self._NAMES.get(case.name, case.name), None)
        return None if function is None else (function, tensors, out)


class MklUmath(Peer):
    name, package = "mkl_umath", "mkl_umath"
    note = "Intel's loops as ufuncs; it chooses code by CPU vendor"

    def before_import(self):
        os.environ["MKL_NUM_THREADS"] = "1"  # read when the library is loaded

    def call(self, case):
        name = NUMPY_NAMES.get(case.name, case.name)
        for place in (self.module, getattr(self.module, "_ufuncs", None)):
            function = getattr(place, name, None)
            if isinstance(function, np.ufunc):
                return function, case.arrays, case.out
        return None


_ALL = dict(zip(PEERS, [NumPy, NumPyBaseline, PatchedNumPy, NumExpr, PyTorch, MklUmath]))


def find(names):
    """The peers of these names, also those that are not here (they say why)."""
    unknown = [name for name in names if name not in _ALL]
    if unknown:
        raise ValueError(f"--peers: no {unknown[0]!r}; there are {', '.join(PEERS)}")
    return [_ALL[name]() for name in names]
