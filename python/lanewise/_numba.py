"""lanewise's functions inside Numba's @njit, made from the kernel list.

Numba calls register() through the entry point `numba_extensions` before it compiles. Compiled
code reaches the library by symbols named after kernels and dtypes, and ids that never change: it
can be kept in Numba's cache.
"""

import ctypes
import inspect

import llvmlite.binding as llvm
import numpy as np
from numba.core import errors, types
from numba.extending import overload, register_jitable
from numba.np import numpy_support

import lanewise

from . import _core, _info, _numba_calls, _numba_casts
from ._errors import _COMPARISONS

# NumPy's character and the library's number, of all dtypes that Numba knows.
_DTYPES = {name: (dtype.char, number) for name, (number, dtype) in _core.dtypes().items()
           if dtype is not None}
_ERR_SIZE = -2  # lw_status


class _Library:
    """The C functions by ctypes, and their addresses as symbols for compiled code."""

    def __init__(self):
        self.c = ctypes.CDLL(_info.library_file())
        for name in ("lw_call", "lw_reduce", "lw_searchsorted"):
            address = ctypes.cast(getattr(self.c, name), ctypes.c_void_p).value
            llvm.add_symbol(f"lanewise.{name}", address)

    def kernel_id(self, name):
        kernel = ctypes.c_int()
        assert self.c.lw_find_kernel(name.encode(), ctypes.byref(kernel)) == 0
        return kernel.value

    def add_loop(self, name, record):
        """The symbols of a loop and of its context."""
        dtypes = (ctypes.c_int * 8)(*(_DTYPES[dtype][1] for dtype in record))
        loop, context = ctypes.c_void_p(), ctypes.c_void_p()
        status = self.c.lw_find_loop(self.kernel_id(name), dtypes, ctypes.byref(loop),
                                     ctypes.byref(context))
        assert status == 0, (name, record)
        symbol = f"lanewise.{name}.{'.'.join(record)}"
        llvm.add_symbol(symbol, loop.value)
        # Loops without a context get an address that they do not use.
        llvm.add_symbol(symbol + ".context", context.value or loop.value)
        return symbol


def register():
    """Teaches Numba every function that lanewise has for a kernel."""
    library = _Library()
    for name, _, shape, inputs, _, _, records in _core.kernels():
        records = [record for record in records if _DTYPES.keys() >= set(record)]
        make = {"elementwise": _elementwise, "reduce": _reduction, "arg": _reduction,
                "reduce_two": _vectors, "scan": _vectors, "compress": _compress,
                "search": _search}.get(shape)
        function = getattr(lanewise, name, None)
        if make is not None and function is not None:
            overload(function)(make(library, name, function, inputs, records))
        if name == "convert":
            symbols = {tuple(_DTYPES[dtype][0] for dtype in record): library.add_loop(name, record)
                       for record in records}
            _numba_casts.register(symbols, _refuse)
        elif name == "cumulative_sum":
            overload(lanewise.cumsum)(_vectors(library, name, function, inputs, records))


def _is_number(kind):
    return isinstance(kind, (types.Float, types.Integer, types.Boolean))


def _is_absent(kind):
    return kind is None or isinstance(kind, (types.NoneType, types.Omitted))


def _refuse(name, kinds, takes):
    raise errors.NumbaTypeError(
        f"lanewise.{name} in compiled code takes {takes}, not {', '.join(map(str, kinds))}")


# ---- elementwise

def _elementwise(library, name, function, inputs, records):
    records = {"".join(_DTYPES[dtype][0] for dtype in record): record for record in records}
    symbols = {chars: library.add_loop(name, record) for chars, record in records.items()}

    def plan(kinds, out):
        """The loop's symbol and types, chosen as Numba chooses those of NumPy's ufuncs."""
        takes = "arrays and numbers of " + ", ".join(
            sorted({str(np.dtype(chars[inputs - 1])) for chars in records}))
        if not all(_is_number(getattr(kind, "dtype", kind)) for kind in kinds):
            _refuse(name, kinds, takes)
        elements = [getattr(kind, "dtype", kind) for kind in kinds]
        symbol = _mixed(name, elements)
        if symbol is not None:
            kinds_of = [types.int64 if kind.signed else types.uint64 for kind in elements]
            kinds_of.append(types.boolean)
        else:
            found = numpy_support.ufunc_find_matching_loop(function.ufunc, elements)
            chars = None if found is None else found.ufunc_sig.replace("->", "")
            if chars not in symbols:
                _refuse(name, kinds, takes)
            symbol = symbols[chars]
            kinds_of = [numpy_support.from_dtype(np.dtype(char)) for char in chars]
        if not _is_absent(out):
            check_out(out, kinds_of[inputs:])
        return symbol, kinds_of

    def check_out(out, results):
        outs = list(out) if len(results) > 1 and isinstance(out, types.BaseTuple) else [out]
        wanted = "an out array of " if len(results) == 1 else "a tuple of out arrays of "
        if len(outs) != len(results) or any(
                not isinstance(array, types.Array) or array.dtype != result
                for array, result in zip(outs, results)):
            _refuse(name, [out], wanted + ", ".join(map(str, results)))
        # Arrays that are global variables are constants of compiled code: read-only too.
        if not all(array.mutable for array in outs):
            _refuse(name, [out], "an out array that can be written to")

    def implement(kinds, out):
        symbol, wanted = plan(kinds, out)
        if len(wanted) == inputs + 2:
            return _two_results(name, symbol, kinds, wanted, out)
        if _is_absent(out) and not any(isinstance(kind, types.Array) for kind in kinds):
            return _on_numbers(symbol, kinds, wanted)
        return _on_arrays(name, symbol, kinds, wanted, out)

    if inputs == 1:
        def unary(x, out=None):
            run = implement([x], out)
            return lambda x, out=None: run((x,), out)
        return unary
    if inputs == 2:
        def binary(x, y, out=None):
            run = implement([x, y], out)
            return lambda x, y, out=None: run((x, y), out)
        return binary

    def ternary(x, y, z, out=None):
        run = implement([x, y, z], out)
        return lambda x, y, z, out=None: run((x, y, z), out)
    return ternary


def _mixed(name, elements):
    """The loop for a comparison of a signed integer with uint64; None for others."""
    if name not in _COMPARISONS or not all(isinstance(kind, types.Integer) for kind in elements):
        return None
    first, second = elements
    unsigned = second if first.signed else first
    if first.signed == second.signed or unsigned.bitwidth < 64:
        return None
    return f"{_numba_calls.MIXED}{name}.{'signed' if first.signed else 'unsigned'}"


def _converted(kinds, wanted, turned=False):
    """A compiled function from a tuple of operands to the same in the loop's types."""
    def one(kind, to):
        if not isinstance(kind, types.Array):
            cast = _numba_casts.find_on_numbers(kind, to)
            if cast is not None:
                return cast
            return register_jitable((lambda x: bool(x)) if to == types.boolean
                                    else (lambda x: to(x)))
        dtype = numpy_support.as_dtype(to)
        cast = _numba_casts.find(kind.dtype, to)
        if cast is not None:  # as the library does: whatever the caller does with subnormals
            return register_jitable((lambda x: cast(x).T) if turned else cast)
        if kind.dtype != to:
            return register_jitable((lambda x: x.astype(dtype).T) if turned
                                    else (lambda x: x.astype(dtype)))
        return register_jitable((lambda x: x.T) if turned else (lambda x: x))

    steps = [one(kind, to) for kind, to in zip(kinds, wanted)]
    if len(steps) == 1:
        (first,) = steps
        return register_jitable(lambda args: (first(args[0]),))
    if len(steps) == 2:
        first, second = steps
        return register_jitable(lambda args: (first(args[0]), second(args[1])))
    first, second, third = steps
    return register_jitable(lambda args: (first(args[0]), second(args[1]), third(args[2])))


def _on_numbers(symbol, kinds, wanted):
    convert, result = _converted(kinds, wanted[:-1]), wanted[-1]

    @register_jitable
    def run(args, out):
        return _numba_calls.run_on_numbers(symbol, convert(args), result)

    return run


def _on_arrays(name, symbol, kinds, wanted, out):
    arrays = [kind for kind in kinds if isinstance(kind, types.Array)]
    # Fortran order throughout: the same loop on the transposed arrays, in memory order.
    turned = _is_absent(out) and all(
        kind.layout == "F" and kind.ndim == arrays[0].ndim > 1 for kind in arrays)
    convert = _converted(kinds, wanted[:-1], turned)
    dtype = numpy_support.as_dtype(wanted[-1])
    message = f"lanewise.{name}: operands could not be broadcast together"

    @register_jitable
    def shape_of(operands):
        shape = _numba_calls.broadcast_shape(operands)
        for size in shape:
            if size < 0:
                raise ValueError(message)
        return shape

    check = shape_of if arrays else register_jitable(lambda operands: ())
    if not _is_absent(out):
        @register_jitable
        def run(args, out):
            operands = convert(args)
            check(operands)
            if out.shape != _numba_calls.broadcast_shape(operands + (out,)):
                raise ValueError("lanewise: out has another shape than the result")
            if _numba_calls.overlaps(operands + (out,)):  # as if the inputs had been copied
                result = np.empty(out.shape, dtype)
                _numba_calls.run(symbol, operands + (result,))
                out[...] = result
            else:
                _numba_calls.run(symbol, operands + (out,))
            return out
        return run

    @register_jitable
    def allocate(args, out):
        operands = convert(args)
        result = np.empty(shape_of(operands), dtype)
        _numba_calls.run(symbol, operands + (result,))
        return result

    if turned:
        return register_jitable(lambda args, out: allocate(args, out).T)
    return allocate


def _two_results(name, symbol, kinds, wanted, out):
    """A loop of two outputs, which are made anew and then copied into `out`."""
    convert = _converted(kinds, wanted[:-2])
    first_dtype, second_dtype = (numpy_support.as_dtype(kind) for kind in wanted[-2:])
    message = f"lanewise.{name}: operands could not be broadcast together"
    if not any(isinstance(kind, types.Array) for kind in kinds):
        shape_of = register_jitable(lambda operands: ())
    else:
        @register_jitable
        def shape_of(operands):
            shape = _numba_calls.broadcast_shape(operands)
            for size in shape:
                if size < 0:
                    raise ValueError(message)
            return shape

    @register_jitable
    def compute(args):
        operands = convert(args)
        shape = shape_of(operands)
        first, second = np.empty(shape, first_dtype), np.empty(shape, second_dtype)
        _numba_calls.run(symbol, operands + (first, second))
        return first, second

    if not _is_absent(out):
        @register_jitable
        def run(args, out):
            first, second = compute(args)
            if out[0].shape != first.shape or out[1].shape != second.shape:
                raise ValueError("lanewise: out has another shape than the result")
            out[0][...] = first
            out[1][...] = second
            return out
        return run
    if any(isinstance(kind, types.Array) for kind in kinds):
        return register_jitable(lambda args, out: compute(args))

    @register_jitable
    def on_numbers(args, out):
        first, second = compute(args)
        return first[()], second[()]
    return on_numbers


# ---- reductions, and kernels on whole vectors

def _chars(inputs, records):
    return {_DTYPES[record[inputs - 1]][0]: record for record in records}


def _record_for(name, kinds, by_char, what):
    """The record for arrays of one dtype."""
    chars = {np.dtype(numpy_support.as_dtype(kind.dtype)).char if isinstance(kind, types.Array)
             and _is_number(kind.dtype) else None for kind in kinds}
    char = chars.pop()
    if chars or char not in by_char:
        dtypes = ", ".join(sorted(str(np.dtype(char)) for char in by_char))
        _refuse(name, kinds, f"{what} of {dtypes}")
    return by_char[char]


def _reduction(library, name, function, inputs, records):
    by_char, kernel = _chars(inputs, records), library.kernel_id(name)
    is_empty = f"zero-size array to reduction operation lanewise.{name} which has no identity"

    def reduce(kinds):
        record = _record_for(name, kinds, by_char, "an array")
        dtype, result_dtype = _DTYPES[record[0]][1], np.dtype(_DTYPES[record[-1]][0])

        @register_jitable
        def run(a, ddof):
            result = np.empty(1, result_dtype)
            status = _numba_calls.reduce_all(kernel, dtype, a, result, ddof)
            if status == _ERR_SIZE:
                raise ValueError(is_empty)
            if status != 0:
                raise RuntimeError("lanewise: the reduction failed")
            return result[0]

        return run

    if "ddof" in inspect.signature(function).parameters:
        def with_ddof(a, ddof=0):
            run = reduce([a])
            return lambda a, ddof=0: run(a, float(ddof))
        return with_ddof

    def plain(a):
        run = reduce([a])
        return lambda a: run(a, 0.0)
    return plain


def _vectors(library, name, function, inputs, records):
    """dot and the scans, on one-dimensional arrays."""
    by_char, kernel = _chars(inputs, records), library.kernel_id(name)
    message = f"lanewise.{name}: the arrays have different lengths"

    def plan(*kinds):
        record = _record_for(name, kinds, by_char, "one-dimensional arrays")
        if any(kind.ndim != 1 for kind in kinds):
            _refuse(name, kinds, "one-dimensional arrays")
        return tuple(_DTYPES[dtype][1] for dtype in record), np.dtype(_DTYPES[record[-1]][0])

    if inputs == 1:
        def scan(x):
            dtypes, dtype = plan(x)

            def run(x):
                result = np.empty(x.size, dtype)
                if _numba_calls.call(kernel, dtypes, (x, result)) != 0:
                    raise RuntimeError("lanewise: the call failed")
                return result
            return run
        return scan

    def reduce_two(a, b):
        dtypes, dtype = plan(a, b)

        def run(a, b):
            if a.size != b.size:
                raise ValueError(message)
            result = np.empty(1, dtype)
            if _numba_calls.call(kernel, dtypes, (a, b, result)) != 0:
                raise RuntimeError("lanewise: the call failed")
            return result[0]
        return run
    return reduce_two


def _compress(library, name, function, inputs, records):
    by_char, kernel = _chars(1, records), library.kernel_id(name)

    def compress(condition, a):
        record = _record_for(name, [a], by_char, "one-dimensional arrays")
        if (a.ndim != 1 or not isinstance(condition, types.Array) or condition.ndim != 1
                or condition.dtype != types.boolean):
            _refuse(name, [condition, a], "a boolean and another one-dimensional array")
        dtypes, dtype = tuple(_DTYPES[kind][1] for kind in record), np.dtype(_DTYPES[record[0]][0])

        def run(condition, a):
            if condition.size != a.size:
                raise ValueError("lanewise.compress: the arrays have different lengths")
            # As bytes: in Numba a boolean is its lowest bit, here every byte but 0 is true.
            result = np.empty(np.count_nonzero(condition.view(np.uint8)), dtype)
            if _numba_calls.call(kernel, dtypes, (a, condition, result)) != 0:
                raise RuntimeError("lanewise: the call failed")
            return result
        return run
    return compress


def _search(library, name, function, inputs, records):
    by_char = _chars(inputs, records)

    def searchsorted(a, v, side="left"):
        is_number = not isinstance(v, types.Array)
        values = types.Array(v, 1, "C") if is_number and _is_number(v) else v
        record = _record_for(name, [a, values], by_char, "arrays, or an array and a number,")
        if a.ndim != 1:
            _refuse(name, [a, v], "a one-dimensional array to search in")
        dtype = _DTYPES[record[0]][1]

        def places(a, v, side):
            if side != "left" and side != "right":
                raise ValueError("lanewise.searchsorted: side must be 'left' or 'right'")
            result = np.empty(v.shape, np.int64)
            if _numba_calls.search(dtype, (a, v, result), side == "right") != 0:
                raise RuntimeError("lanewise: the call failed")
            return result

        places = register_jitable(places)
        if is_number:
            return lambda a, v, side="left": places(a, np.full(1, v), side)[0]
        return lambda a, v, side="left": places(a, v, side)
    return searchsorted
