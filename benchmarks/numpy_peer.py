"""NumPy as a peer of the benchmarks: runs batches of calls on demand.

Started by the benchmark program with the number of an inherited memory file that holds the
inputs. Protocol, one line each way:

  (start)                              numpy VERSION (Python VERSION) | error: REASON
  knows KERNEL INPUTS DTYPE...         yes | no
  load N DATA_SET                      ok            copies the inputs into NumPy's own arrays
  matrix ROWS COLUMNS AXIS             ok            f32, batches sum over AXIS
  run CALLS                            NANOSECONDS of all calls together
  run_cpu CALLS                        NANOSECONDS of CPU time
"""

import mmap
import os
import platform
import sys
import time

try:
    import numpy as np
except ImportError as error:
    print(f"error: {error}", flush=True)
    sys.exit(0)

# The array API standard's names, where NumPy's function is called otherwise.
NAMES = {"pow": "power", "abs": "absolute", "cumulative_sum": "cumsum"}
DTYPES = {
    "bool": np.bool_, "i8": np.int8, "u8": np.uint8, "i16": np.int16, "u16": np.uint16,
    "i32": np.int32, "u32": np.uint32, "i64": np.int64, "u64": np.uint64, "f16": np.float16,
    "f32": np.float32, "f64": np.float64,
}


def make_call(kernel, dtypes, inputs, outputs):
    """Returns (function, arguments, keywords) of the usual NumPy spelling of a kernel."""
    out = outputs[0] if len(outputs) == 1 else tuple(outputs)
    if kernel == "convert":
        return np.copyto, (out, inputs[0]), {"casting": "unsafe"}
    if kernel == "compress":
        return inputs[0].__getitem__, (inputs[1],), {}
    if kernel == "where":
        return np.where, tuple(inputs), {}
    if kernel in ("sum", "prod", "mean", "var", "min", "max", "argmax"):
        return getattr(inputs[0], kernel), (), {}
    function = getattr(np, NAMES.get(kernel, kernel), None)
    if function is None:
        return None
    if kernel in ("dot", "searchsorted"):
        return function, tuple(inputs), {}
    return function, tuple(inputs), {"out": out}


class Peer:
    def __init__(self, memory):
        self.memory = memory
        self.kernel, self.inputs, self.dtypes, self.call = None, 0, None, None

    def knows(self, kernel, inputs, *dtypes):
        if any(d not in DTYPES for d in dtypes):
            return "no"
        self.kernel, self.inputs, self.call = kernel, int(inputs), None
        self.dtypes = [DTYPES[d] for d in dtypes]
        arrays = [np.ones(4, d) for d in self.dtypes]
        try:
            call = make_call(kernel, self.dtypes, arrays[:self.inputs], arrays[self.inputs:])
            if call is None:
                return "no"
            with np.errstate(all="ignore"):
                call[0](*call[1], **call[2])
        except (TypeError, ValueError, AttributeError):
            return "no"
        return "yes"

    def view(self, size):
        return mmap.mmap(self.memory, size, prot=mmap.PROT_READ)

    def load(self, n, _data_set):
        n = int(n)
        inputs, offset = [], 0
        view = self.view(os.fstat(self.memory).st_size)
        for dtype in self.dtypes[:self.inputs]:
            inputs.append(np.frombuffer(view, dtype, n, offset).copy())
            offset += (n * np.dtype(dtype).itemsize + 63) // 64 * 64
        outputs = [np.ones(n, dtype) for dtype in self.dtypes[self.inputs:]]
        self.call = make_call(self.kernel, self.dtypes, inputs, outputs)
        return "ok"

    def matrix(self, rows, columns, axis):
        rows, columns = int(rows), int(columns)
        view = self.view(rows * columns * 4)
        x = np.frombuffer(view, np.float32, rows * columns).reshape(rows, columns).copy()
        self.call = x.sum, (int(axis),), {}
        return "ok"

    def run(self, calls, clock=time.perf_counter_ns):
        function, arguments, keywords = self.call
        calls = range(int(calls))
        start = clock()
        for _ in calls:
            function(*arguments, **keywords)
        return str(clock() - start)

    def run_cpu(self, calls):
        return self.run(calls, time.thread_time_ns)


def main():
    peer = Peer(int(sys.argv[1]))
    np.seterr(all="ignore")
    print(f"numpy {np.__version__} (Python {platform.python_version()})", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        print(getattr(peer, command)(*arguments), flush=True)


if __name__ == "__main__":
    main()
