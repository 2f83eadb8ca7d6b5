#!/usr/bin/env python3
"""Which of NumPy's loops lanewise should not replace on a CPU without an FMA instruction.

    benchmarks/no_fma.py [SIZES]        such as 10,1000,65536

Times NumPy as it is on such a CPU (its own baseline, and glibc's functions without FMA) beside
lanewise under NumPy, capped at SSE2 and at SSE4, one thread. Prints lanewise's time divided by
NumPy's for each loop, worst first: above 1 patching would make that loop slower. The decision that
follows from it is python/lanewise/_loops.py. Run it with a Python that has lanewise.
"""

import json
import os
import subprocess
import sys


def measure(sizes):
    """In a process that has NumPy's baseline: {name dtype size: (NumPy's ns, lanewise's ns)}."""
    import numpy as np

    import lanewise
    from lanewise._bench import cases, measure

    found = {}
    for case in cases.list_cases(None, "efd", sizes):
        if not isinstance(case.numpy(), np.ufunc):
            continue
        with np.errstate(all="ignore"):
            case.prepare()
        timed = measure.timer(case.numpy(), case.arrays, case.out)
        both = [measure.Contestant("NumPy", "peer", timed),
                measure.Contestant("lanewise", "target", timed,
                                   around=lambda: lanewise.patched_numpy(bits=True))]
        with lanewise.threads(1), np.errstate(all="ignore"):
            measure.race(both, measure.Effort(batch=100e-6, rounds=15, row=0.5))
        found[f"{case.name} {case.types} {case.n}"] = [c.best / case.n * 1e9 for c in both]
        case.release()
    return found


def numpy_features():
    """What NumPy would use here beyond its baseline."""
    code = ("import numpy as np; m = getattr(np, '_core', None) or np.core;"
            "m = m._multiarray_umath;"
            "print(*[f for f in m.__cpu_dispatch__ if m.__cpu_features__.get(f)])")
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True).stdout.strip()


def run_at(target, sizes):
    environment = {**os.environ, "LANEWISE_MAX_TARGET": target,
                   "NPY_DISABLE_CPU_FEATURES": numpy_features(),
                   "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"}
    result = subprocess.run([sys.executable, __file__, "--child", sizes], env=environment,
                            stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(result.stdout)


def main():
    if sys.argv[1:2] == ["--child"]:
        json.dump(measure([int(n) for n in sys.argv[2].split(",")]), sys.stdout)
        return
    sizes = sys.argv[1] if len(sys.argv) > 1 else "1000,65536"
    at = {target: run_at(target, sizes) for target in ("SSE2", "SSE4")}
    print(f"{'loop':<26} {'NumPy':>9} {'SSE2':>9} {'ratio':>7} {'NumPy':>9} {'SSE4':>9} {'ratio':>7}")
    for name in sorted(at["SSE2"], key=lambda n: -max(at[t][n][1] / at[t][n][0] for t in at)):
        print(f"{name:<26}", *(f"{numpy:9.3f} {own:9.3f} {own / numpy:7.2f}"
                               for numpy, own in (at["SSE2"][name], at["SSE4"][name])))


if __name__ == "__main__":
    main()
