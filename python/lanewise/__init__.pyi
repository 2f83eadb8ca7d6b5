from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import Any, Literal, SupportsIndex, final, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

__version__: str
numerics_version: int

_Axis = SupportsIndex | Sequence[SupportsIndex] | None

@final
class Elementwise:
    """An elementwise function: a numpy.ufunc in everything but its address."""

    __name__: str
    __qualname__: str
    @property
    def ufunc(self) -> np.ufunc: ...
    @property
    def nin(self) -> int: ...
    @property
    def nout(self) -> int: ...
    @property
    def nargs(self) -> int: ...
    @property
    def ntypes(self) -> int: ...
    @property
    def types(self) -> list[str]: ...
    @property
    def identity(self) -> Any: ...
    @property
    def signature(self) -> None: ...
    def __call__(
        self,
        x: Any,
        /,
        *args: Any,
        out: Any = None,
        where: ArrayLike | None = True,
        casting: Literal["no", "equiv", "safe", "same_kind", "unsafe"] = "same_kind",
        order: Literal["K", "C", "F", "A"] = "K",
        dtype: DTypeLike | None = None,
        subok: bool = True,
        signature: Any = None,
    ) -> Any: ...
    def at(self, a: NDArray[Any], indices: Any, b: ArrayLike = ..., /) -> None: ...
    def reduce(
        self,
        array: ArrayLike,
        axis: _Axis = 0,
        dtype: DTypeLike | None = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = ...,
        where: ArrayLike = True,
    ) -> Any: ...
    def accumulate(
        self,
        array: ArrayLike,
        axis: SupportsIndex = 0,
        dtype: DTypeLike | None = None,
        out: Any = None,
    ) -> NDArray[Any]: ...
    def reduceat(
        self,
        array: ArrayLike,
        indices: ArrayLike,
        axis: SupportsIndex = 0,
        dtype: DTypeLike | None = None,
        out: Any = None,
    ) -> NDArray[Any]: ...
    def outer(self, a: ArrayLike, b: ArrayLike, /, **kwargs: Any) -> Any: ...

# Kernels that the library's list gains later: elementwise functions until named here.
def __getattr__(name: str) -> Elementwise: ...

abs: Elementwise
absolute: Elementwise
add: Elementwise
bitwise_and: Elementwise
bitwise_or: Elementwise
bitwise_xor: Elementwise
ceil: Elementwise
copysign: Elementwise
cos: Elementwise
degrees: Elementwise
divide: Elementwise
divmod: Elementwise
equal: Elementwise
exp: Elementwise
expm1: Elementwise
floor: Elementwise
fma: Elementwise
fmax: Elementwise
fmin: Elementwise
greater: Elementwise
greater_equal: Elementwise
invert: Elementwise
isfinite: Elementwise
isinf: Elementwise
isnan: Elementwise
less: Elementwise
less_equal: Elementwise
log: Elementwise
logical_and: Elementwise
logical_not: Elementwise
logical_or: Elementwise
logical_xor: Elementwise
maximum: Elementwise
minimum: Elementwise
multiply: Elementwise
negative: Elementwise
not_equal: Elementwise
pow: Elementwise
power: Elementwise
radians: Elementwise
reciprocal: Elementwise
rint: Elementwise
sign: Elementwise
signbit: Elementwise
sin: Elementwise
sqrt: Elementwise
square: Elementwise
subtract: Elementwise
tanh: Elementwise
trunc: Elementwise

@overload
def where(condition: ArrayLike, /) -> tuple[NDArray[np.intp], ...]: ...
@overload
def where(condition: ArrayLike, x: ArrayLike, y: ArrayLike, /, **kwargs: Any) -> Any: ...
def clip(
    x: ArrayLike,
    a_min: ArrayLike | None = None,
    a_max: ArrayLike | None = None,
    out: Any = None,
    *,
    min: ArrayLike | None = None,
    max: ArrayLike | None = None,
    **kwargs: Any,
) -> Any: ...
def sum(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: Any = ...,
    where: ArrayLike = True,
) -> Any: ...
def prod(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: Any = ...,
    where: ArrayLike = True,
) -> Any: ...
def min(
    a: ArrayLike,
    axis: _Axis = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: Any = ...,
    where: ArrayLike = True,
) -> Any: ...
def max(
    a: ArrayLike,
    axis: _Axis = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: Any = ...,
    where: ArrayLike = True,
) -> Any: ...
def mean(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> Any: ...
def var(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
    correction: float = ...,
) -> Any: ...
def argmax(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any: ...
def dot(a: ArrayLike, b: ArrayLike, out: NDArray[Any] | None = None) -> Any: ...
def cumsum(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]: ...
def cumulative_sum(
    x: ArrayLike,
    /,
    *,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    include_initial: bool = False,
) -> NDArray[Any]: ...
def compress(
    condition: ArrayLike,
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]: ...
@overload
def searchsorted(
    a: ArrayLike,
    v: float,
    side: Literal["left", "right"] = "left",
    sorter: ArrayLike | None = None,
) -> np.int64: ...
@overload
def searchsorted(
    a: ArrayLike,
    v: ArrayLike,
    side: Literal["left", "right"] = "left",
    sorter: ArrayLike | None = None,
) -> Any: ...
def astype(x: ArrayLike, dtype: DTypeLike, /, *, copy: bool = True) -> Any: ...

def chunk_elements(dtype: DTypeLike) -> int: ...
def combine(
    partials: Iterable[ArrayLike],
    sizes: Iterable[SupportsIndex] | None = None,
    *,
    function: Literal["sum", "mean", "dot", "min", "max"] = "sum",
    dtype: DTypeLike | None = None,
) -> Any: ...

@final
class DeviceArray:
    """An array in the memory of a GPU."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def strides(self) -> tuple[int, ...]: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def itemsize(self) -> int: ...
    @property
    def stream(self) -> int: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def ndim(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def device(self) -> int: ...
    @property
    def __cuda_array_interface__(self) -> dict[str, Any]: ...
    __array_ufunc__: None
    __hash__: None  # type: ignore[assignment]
    def to_host(self) -> NDArray[Any]: ...
    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any: ...
    def __dlpack_device__(self) -> tuple[int, int]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: Any, /) -> DeviceArray: ...
    def __add__(self, other: Any, /) -> Any: ...
    def __radd__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __rsub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __rmul__(self, other: Any, /) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __rtruediv__(self, other: Any, /) -> Any: ...
    def __pow__(self, other: Any, modulus: None = None, /) -> Any: ...
    def __rpow__(self, other: Any, modulus: None = None, /) -> Any: ...
    def __neg__(self) -> DeviceArray: ...
    def __abs__(self) -> DeviceArray: ...
    def __eq__(self, other: Any, /) -> Any: ...
    def __ne__(self, other: Any, /) -> Any: ...
    def __lt__(self, other: Any, /) -> Any: ...
    def __le__(self, other: Any, /) -> Any: ...
    def __gt__(self, other: Any, /) -> Any: ...
    def __ge__(self, other: Any, /) -> Any: ...

def to_device(x: Any, device: int = 0, stream: Any = None) -> DeviceArray: ...
def to_host(x: Any) -> NDArray[Any]: ...
def gpu() -> Report: ...

class Report:
    data: dict[str, Any]
    def json(self, indent: int = 2) -> str: ...
    def _repr_html_(self) -> str: ...

def show() -> Report: ...
def report() -> Report: ...
def explain(function: str | Callable[..., Any], *dtypes: DTypeLike, n: int = ...) -> Report: ...
def accuracy(function: str | Callable[..., Any]) -> Report: ...
def machine(file: str | PathLike[str] | None = None, gpu: bool = False) -> dict[str, Any]: ...
def machine_names() -> list[str]: ...
def get_include() -> str: ...
def get_library_dir() -> str: ...
def patch_numpy(bits: bool = ...) -> None: ...
def unpatch_numpy() -> None: ...
def patch_status() -> Report: ...

class patched_numpy:
    def __init__(self, bits: bool = ...) -> None: ...
    def __enter__(self) -> patched_numpy: ...
    def __exit__(self, *_: object) -> None: ...

class target:
    name: str
    def __init__(self, name: str) -> None: ...
    def __enter__(self) -> str: ...
    def __exit__(self, *_: object) -> None: ...

def set_threads(limit: SupportsIndex) -> None: ...

class threads:
    def __init__(self, limit: SupportsIndex | None = None) -> None: ...
    def __int__(self) -> int: ...
    def __index__(self) -> int: ...
    def __enter__(self) -> threads: ...
    def __exit__(self, *_: object) -> None: ...
