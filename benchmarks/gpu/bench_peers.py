#!/usr/bin/env python3
"""Speed of CuPy and PyTorch at what gpu_bench measures, in its format. Missing peers are left out."""

import json
import statistics
import sys

ELEMENTWISE = {  # lanewise's name: operands read, CuPy's and PyTorch's name
    "add": (2, "add", "add"), "multiply": (2, "multiply", "mul"), "divide": (2, "divide", "div"),
    "sqrt": (1, "sqrt", "sqrt"), "abs": (1, "absolute", "abs"),
    "minimum": (2, "minimum", "minimum"), "exp": (1, "exp", "exp"), "log": (1, "log", "log"),
    "tanh": (1, "tanh", "tanh"), "sin": (1, "sin", "sin"), "cos": (1, "cos", "cos"),
    "pow": (2, "power", "pow"), "less": (2, "less", "lt"),
}
REDUCTIONS = ("sum", "mean", "var", "min", "max", "argmax")


def event_pairs(call, event, synchronise, repeats=15):
    for _ in range(3):
        call()
    times = []
    for _ in range(repeats):
        begin, end = event(), event()
        begin.record()
        call()
        end.record()
        synchronise()
        times.append((begin, end))
    return times


def row(what, who, nbytes, ms):
    return {"what": what, "who": who, "ms": ms, "GBps": nbytes / ms * 1e-6}


def cupy_rows(n):
    import cupy

    def ms(call):
        pairs = event_pairs(call, cupy.cuda.Event, cupy.cuda.runtime.deviceSynchronize)
        return statistics.median(cupy.cuda.get_elapsed_time(a, b) for a, b in pairs)

    for name, dtype in (("f32", cupy.float32), ("f64", cupy.float64)):
        x = cupy.arange(n, dtype=dtype) % 1021 * 0.003 + 0.1
        x = x.astype(dtype)
        y, size = x.copy(), x.dtype.itemsize
        for kernel, (inputs, cupy_name, _) in ELEMENTWISE.items():
            function = getattr(cupy, cupy_name)
            out = cupy.empty(n, dtype=bool if kernel == "less" else dtype)
            operands = (x, y)[:inputs]
            yield row(f"{kernel} {name}", "cupy", n * size * inputs + out.nbytes,
                      ms(lambda: function(*operands, out=out)))
        for kernel in REDUCTIONS:
            yield row(f"{kernel} {name}", "cupy", n * size, ms(lambda: getattr(x, kernel)()))
        for rows, columns in ((16384, n // 16384), (1024, 1024), (n // 64, 64)):
            view = x[:rows * columns].reshape(rows, columns)
            for axis in (0, 1):
                yield row(f"sum {name} axis {axis} of {rows}x{columns}", "cupy", view.nbytes,
                          ms(lambda: view.sum(axis=axis)))


def torch_rows(n):
    import torch

    def ms(call):
        pairs = event_pairs(call, lambda: torch.cuda.Event(enable_timing=True),
                          torch.cuda.synchronize)
        return statistics.median(a.elapsed_time(b) for a, b in pairs)

    for name, dtype in (("f32", torch.float32), ("f64", torch.float64)):
        x = (torch.arange(n, device="cuda") % 1021 * 0.003 + 0.1).to(dtype)
        y, size = x.clone(), x.element_size()
        for kernel, (inputs, _, torch_name) in ELEMENTWISE.items():
            function = getattr(torch, torch_name)
            out = torch.empty(n, dtype=torch.bool if kernel == "less" else dtype, device="cuda")
            operands = (x, y)[:inputs]
            yield row(f"{kernel} {name}", "torch",
                      n * size * inputs + out.numel() * out.element_size(),
                      ms(lambda: function(*operands, out=out)))
        for kernel in REDUCTIONS:
            yield row(f"{kernel} {name}", "torch", n * size, ms(lambda: getattr(x, kernel)()))
        for rows, columns in ((16384, n // 16384), (1024, 1024), (n // 64, 64)):
            view = x[:rows * columns].reshape(rows, columns)
            for axis in (0, 1):
                yield row(f"sum {name} axis {axis} of {rows}x{columns}", "torch",
                          view.numel() * size, ms(lambda: view.sum(dim=axis)))


def main():
    n = 1 << int(sys.argv[1] if len(sys.argv) > 1 else 28)
    rows = []
    for peer in (cupy_rows, torch_rows):
        try:
            rows += peer(n)
        except ImportError as error:
            print(f"left out: {error}", file=sys.stderr)
    json.dump(rows, sys.stdout, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
