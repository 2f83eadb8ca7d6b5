"""Calls of the C library in the code that Numba compiles.

Symbols named ``lanewise.<kernel>.<dtypes>`` (a loop and, with ``.context``, its context),
``lanewise.lw_call`` and the like stand for addresses that _numba.register() gives.
"""

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

_BYTES = ir.IntType(8).as_pointer()
_I32, _I64 = ir.IntType(32), ir.IntType(64)
# lw_call_options: struct_size, reserved, ddof, capacity and the two results.
_OPTIONS = ir.LiteralStructType([_I32, _I32, ir.DoubleType(), _I64, _I64, _I64])
_OPTIONS_SIZE = 40


def _store_array(builder, element, values):
    """Values on the stack, one after the other."""
    array = cgutils.alloca_once(builder, ir.ArrayType(element, max(len(values), 1)))
    for i, value in enumerate(values):
        builder.store(value, cgutils.gep_inbounds(builder, array, 0, i))
    return builder.bitcast(array, element.as_pointer())


class _Operand:
    """An array or a number as pointer, shape and byte strides."""

    def __init__(self, context, builder, kind, value):
        if isinstance(kind, types.Array):
            array = context.make_array(kind)(context, builder, value)
            self.data = builder.bitcast(array.data, _BYTES)
            self.shape = cgutils.unpack_tuple(builder, array.shape, kind.ndim)
            self.strides = cgutils.unpack_tuple(builder, array.strides, kind.ndim)
        else:
            slot = cgutils.alloca_once_value(
                builder, context.get_value_as_data(builder, kind, value))
            self.data, self.shape, self.strides = builder.bitcast(slot, _BYTES), [], []

    def strides_in(self, builder, shape):
        """Strides for the axes of the broadcast shape."""
        one, zero = _I64(1), _I64(0)
        kept = [builder.select(builder.icmp_signed("==", size, one), zero, stride)
                for size, stride in zip(self.shape, self.strides)]
        return [zero] * (len(shape) - len(kept)) + kept


def _view(builder, operand):
    """An lw_view on the stack."""
    sizes = ir.IntType(64).as_pointer()
    layout = ir.LiteralStructType([_BYTES, _I32, sizes, sizes])
    return cgutils.alloca_once_value(builder, cgutils.make_anonymous_struct(
        builder, [operand.data, _I32(len(operand.shape)),
                  _store_array(builder, _I64, operand.shape),
                  _store_array(builder, _I64, operand.strides)], layout))


def _operands(context, builder, kinds, value):
    return [_Operand(context, builder, kind, builder.extract_value(value, i))
            for i, kind in enumerate(kinds)]


MIXED = "lanewise.mixed."  # symbols of loops that are made here
_OPPOSITE = {"less": "greater", "less_equal": "greater_equal", "greater": "less",
             "greater_equal": "less_equal", "equal": "equal", "not_equal": "not_equal"}
_PREDICATES = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=",
               "equal": "==", "not_equal": "!="}


def _define_mixed(loop, name, signed_first):
    """The body of a comparison of int64 with uint64, exact: no dtype holds both."""
    loop.linkage = "linkonce_odr"
    builder = ir.IRBuilder(loop.append_basic_block())
    pointers, dims, steps, _ = loop.args
    # As the signed number sees it: below every unsigned one if it is negative.
    op = name if signed_first else _OPPOSITE[name]
    if_negative = ir.IntType(1)(op in ("less", "less_equal", "not_equal"))
    with cgutils.for_range(builder, builder.load(dims)) as each:
        places = []
        for i in range(3):
            start = builder.load(builder.gep(pointers, [_I64(i)]))
            step = builder.load(builder.gep(steps, [_I64(i)]))
            places.append(builder.gep(start, [builder.mul(each.index, step)]))
        x, y = (builder.load(builder.bitcast(place, _I64.as_pointer()), align=1)
                for place in (places[:2] if signed_first else places[1::-1]))
        negative = builder.icmp_signed("<", x, _I64(0))
        result = builder.select(negative, if_negative,
                                builder.icmp_unsigned(_PREDICATES[op], x, y))
        builder.store(builder.zext(result, ir.IntType(8)), places[2])
    builder.ret_void()


def _call_loop(builder, symbol, pointers, strides, n):
    table = _store_array(builder, _BYTES, pointers)
    dims, steps = _store_array(builder, _I64, [n]), _store_array(builder, _I64, strides)
    kind = ir.FunctionType(ir.VoidType(), [table.type, dims.type, steps.type, _BYTES])
    loop = cgutils.get_or_insert_function(builder.module, kind, symbol)
    if symbol.startswith(MIXED):
        if loop.is_declaration:
            name, first = symbol.removeprefix(MIXED).split(".")
            _define_mixed(loop, name, first == "signed")
        builder.call(loop, [table, dims, steps, ir.Constant(_BYTES, None)])
        return
    data = builder.module.globals.get(symbol + ".context")
    if data is None:
        data = ir.GlobalVariable(builder.module, ir.IntType(8), symbol + ".context")
    builder.call(loop, [table, dims, steps, data])


def _are_flat(builder, kinds, operands, shape):
    """Whether C-contiguous arrays of one shape make one long sequence; None if they cannot."""
    flat = ir.IntType(1)(1)
    for kind, operand in zip(kinds, operands):
        if not isinstance(kind, types.Array):
            continue
        if kind.layout != "C" or kind.ndim != len(shape):
            return None
        for ours, size in zip(operand.shape, shape):
            flat = builder.and_(flat, builder.icmp_signed("==", ours, size))
    return flat


def _call_nested(builder, symbol, operands, shape):
    """The loop along the last axis, for every index of the others."""
    strides = [operand.strides_in(builder, shape) for operand in operands]
    with cgutils.loop_nest(builder, shape[:-1], _I64) as indices:
        pointers = []
        for operand, steps in zip(operands, strides):
            offset = _I64(0)
            for index, step in zip(indices, steps):
                offset = builder.add(offset, builder.mul(index, step))
            pointers.append(builder.gep(operand.data, [offset]))
        inner = [steps[-1] if steps else _I64(0) for steps in strides]
        _call_loop(builder, symbol, pointers, inner, shape[-1] if shape else _I64(1))


@intrinsic(prefer_literal=True)
def run(typingctx, symbol, operands):
    """An elementwise loop on inputs and outputs (last), these of the broadcast shape."""
    kinds = list(operands)

    def generate(context, builder, signature, arguments):
        parts = _operands(context, builder, kinds, arguments[1])
        shape = parts[-1].shape
        name = symbol.literal_value
        flat = _are_flat(builder, kinds, parts, shape)
        if flat is None or len(shape) < 2:
            _call_nested(builder, name, parts, shape)
            return context.get_dummy_value()
        with builder.if_else(flat) as (then, otherwise):
            with then:
                n = shape[0]
                for size in shape[1:]:
                    n = builder.mul(n, size)
                steps = [operand.strides[-1] if operand.strides else _I64(0) for operand in parts]
                _call_loop(builder, name, [operand.data for operand in parts], steps, n)
            with otherwise:
                _call_nested(builder, name, parts, shape)
        return context.get_dummy_value()

    return types.void(symbol, operands), generate


@intrinsic
def overlaps(typingctx, operands):
    """Whether an input shares memory with the output (last) other than element by element."""
    kinds = list(operands)

    def reach(builder, operand, size):
        low = high = builder.ptrtoint(operand.data, _I64)
        for n, stride in zip(operand.shape, operand.strides):
            far = builder.mul(builder.sub(n, _I64(1)), stride)
            down = builder.icmp_signed("<", far, _I64(0))
            low = builder.add(low, builder.select(down, far, _I64(0)))
            high = builder.add(high, builder.select(down, _I64(0), far))
        return low, builder.add(high, _I64(size))

    def generate(context, builder, signature, arguments):
        *inputs, out = _operands(context, builder, kinds, arguments[0])
        sizes = [context.get_abi_sizeof(context.get_data_type(kind.dtype))
                 if isinstance(kind, types.Array) else 0 for kind in kinds]
        out_low, out_high = reach(builder, out, sizes[-1])
        result = ir.IntType(1)(0)
        for kind, size, operand in zip(kinds, sizes, inputs):
            if not isinstance(kind, types.Array):
                continue
            low, high = reach(builder, operand, size)
            shared = builder.and_(builder.icmp_unsigned("<", low, out_high),
                                  builder.icmp_unsigned("<", out_low, high))
            if size == sizes[-1]:
                same = builder.icmp_unsigned("==", builder.ptrtoint(operand.data, _I64),
                                             builder.ptrtoint(out.data, _I64))
                for ours, its in zip(operand.strides_in(builder, out.shape),
                                     out.strides_in(builder, out.shape)):
                    same = builder.and_(same, builder.icmp_signed("==", ours, its))
                shared = builder.and_(shared, builder.not_(same))
            result = builder.or_(result, shared)
        return result

    return types.boolean(operands), generate


@intrinsic(prefer_literal=True)
def run_on_numbers(typingctx, symbol, operands, output):
    """An elementwise loop on numbers: its result. `output` has the type of the result."""
    def generate(context, builder, signature, arguments):
        parts = _operands(context, builder, list(operands), arguments[1])
        slot = cgutils.alloca_once(builder, context.get_data_type(signature.return_type))
        pointers = [operand.data for operand in parts] + [builder.bitcast(slot, _BYTES)]
        _call_loop(builder, symbol.literal_value, pointers, [_I64(0)] * len(pointers), _I64(1))
        return context.unpack_value(builder, signature.return_type, slot)

    return output.dtype(symbol, operands, output), generate


@intrinsic
def broadcast_shape(typingctx, operands):
    """The shape to which operands broadcast; -1 in an axis where they do not."""
    kinds = list(operands)
    ndim = max(kind.ndim for kind in kinds if isinstance(kind, types.Array))

    def generate(context, builder, signature, arguments):
        shape = [_I64(1)] * ndim
        for operand in _operands(context, builder, kinds, arguments[0]):
            first = ndim - len(operand.shape)
            for axis, size in enumerate(operand.shape, first):
                is_one = builder.icmp_signed("==", size, _I64(1))
                was_one = builder.icmp_signed("==", shape[axis], _I64(1))
                equal = builder.icmp_signed("==", size, shape[axis])
                kept = builder.select(builder.or_(is_one, equal), shape[axis], _I64(-1))
                shape[axis] = builder.select(was_one, size, kept)
        return context.make_tuple(builder, signature.return_type, shape)

    return types.UniTuple(types.intp, ndim)(operands), generate


@intrinsic(prefer_literal=True)
def reduce_all(typingctx, kernel, dtype, array, result, ddof):
    """lw_reduce over all axes into result, an array of one element: its status."""
    kinds = [array, result]

    def generate(context, builder, signature, arguments):
        kernel_id, dtype_id = kernel.literal_value, dtype.literal_value
        source, target = (_Operand(context, builder, kind, value)
                          for kind, value in zip(kinds, arguments[2:4]))
        target.shape, target.strides = [], []
        views = [_view(builder, operand) for operand in (source, target)]
        options = cgutils.alloca_once_value(builder, cgutils.make_anonymous_struct(
            builder, [_I32(_OPTIONS_SIZE), _I32(0), arguments[4], *[_I64(0)] * 3], _OPTIONS))
        kind = ir.FunctionType(
            _I32, [_I32, _I32, views[0].type, _I64, views[1].type, options.type])
        function = cgutils.get_or_insert_function(builder.module, kind, "lanewise.lw_reduce")
        return builder.call(function, [_I32(kernel_id), _I32(dtype_id), views[0],
                                       _I64((1 << len(source.shape)) - 1), views[1], options])

    return types.int32(kernel, dtype, array, result, types.float64), generate


@intrinsic(prefer_literal=True)
def call(typingctx, kernel, dtypes, operands):
    """lw_call on one-dimensional arrays, inputs then output: its status."""
    kinds = list(operands)

    def generate(context, builder, signature, arguments):
        parts = _operands(context, builder, kinds, arguments[2])
        layout = ir.LiteralStructType([_BYTES, _I64])
        table = _store_array(builder, layout, [
            cgutils.make_anonymous_struct(builder, [part.data, part.strides[0]], layout)
            for part in parts])
        ids = _store_array(builder, _I32, [_I32(kind.literal_value) for kind in dtypes])
        kind = ir.FunctionType(_I32, [_I32, ids.type, table.type, _I64, _BYTES])
        function = cgutils.get_or_insert_function(builder.module, kind, "lanewise.lw_call")
        return builder.call(function, [_I32(kernel.literal_value), ids, table, parts[0].shape[0],
                                       _BYTES(None)])

    return types.int32(kernel, dtypes, operands), generate


@intrinsic(prefer_literal=True)
def search(typingctx, dtype, operands, right):
    """lw_searchsorted on the sorted array, the values and the places: its status."""
    kinds = list(operands)

    def generate(context, builder, signature, arguments):
        views = [_view(builder, part) for part in _operands(context, builder, kinds, arguments[1])]
        kind = ir.FunctionType(_I32, [_I32, views[0].type, views[1].type, _I32, views[2].type, _BYTES])
        function = cgutils.get_or_insert_function(builder.module, kind, "lanewise.lw_searchsorted")
        side = builder.zext(arguments[2], _I32)
        return builder.call(function, [_I32(dtype.literal_value), *views[:2], side, views[2],
                                       _BYTES(None)])

    return types.int32(dtype, operands, right), generate
