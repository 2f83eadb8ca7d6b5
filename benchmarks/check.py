#!/usr/bin/env python3
"""Prints for each speed goal whether a result file meets it. Decides nothing: always exits 0.

    benchmarks/check.py RESULT.json [RESULT.json ...] [--failed]

Several files (say, one per size) count as one run. --failed: only the goals that are not met.
"""

import argparse
import json
import math

SMALL, MIDDLE, LARGE = 1000, 65536, 16777216
SIZE_NAMES = {SMALL: "1k", MIDDLE: "64k", LARGE: "16M"}
# What "not slower" allows for noise between two timings of the same code.
NOISE = 0.97
# NumPy's f32 math loops are looser than 1 ULP (its own: up to 4 ULP, SVML's: 4 ULP).
LOOSER = 1 / 1.25


class Results:
    def __init__(self, paths):
        self.rows, self.special, self.targets, self.best = [], {}, [], None
        for path in paths:
            with open(path, encoding="utf-8") as file:
                data = json.load(file)
            self.targets = data["targets"]
            self.best = self.targets[-1]
            self.rows += data["rows"]
            self.special.update({s["name"]: s["values"] for s in data["special"]})

    def uniform(self, n, kernels=None, floats=False):
        for row in self.rows:
            if row["n"] != n or row["data"] != "uniform":
                continue
            if kernels and row["kernel"] not in kernels:
                continue
            if floats and row["types"] not in ("f32", "f64"):
                continue
            yield row

    def ns(self, row, name):
        return next((r["ns"] for r in row["results"] if r["name"] == name), None)

    def ceiling(self, row):
        return min((r["ns"] for r in row["results"] if r["kind"] == "ceiling"), default=None)

    def ratio(self, row, peer):
        theirs, ours = self.ns(row, peer), self.ns(row, self.best)
        return theirs / ours if theirs and ours else None


class Goals:
    def __init__(self, only_failed):
        self.only_failed, self.met, self.failed, self.unknown = only_failed, 0, 0, []

    def say(self, ok, text):
        self.met, self.failed = self.met + ok, self.failed + (not ok)
        if not ok or not self.only_failed:
            print(f"{'met    ' if ok else 'NOT MET'}  {text}")

    def at_least(self, value, goal, text):
        """value is a ratio of which more is better; None was not measured."""
        if value is None:
            self.unknown.append(text)
        else:
            self.say(value >= goal, f"{text}: {value:.2f} (goal {goal:.2f})")

    def at_most(self, value, goal, unit, text):
        if value is None:
            self.unknown.append(text)
        else:
            self.say(value <= goal, f"{text}: {value:.2f} {unit} (goal at most {goal:g} {unit})")


def label(row):
    return f"{row['kernel']} {row['types']} {SIZE_NAMES.get(row['n'], row['n'])}"


def math_goals(results, goals):
    for n in (SMALL, MIDDLE):
        for peer, goal in (("SLEEF", 1.0), ("MKL", NOISE), ("NumPy", NOISE)):
            logs = []
            for row in (r for r in results.uniform(n) if r["math"]):
                ratio = results.ratio(row, peer)
                if ratio is not None:
                    loose = peer == "NumPy" and row["types"] == "f32"
                    goals.at_least(ratio, LOOSER if loose else goal,
                                   f"{label(row)} against {peer}" + " (looser)" * loose)
                    logs.append(math.log(ratio))
            mean = math.exp(sum(logs) / len(logs)) if logs else None
            if peer == "SLEEF":
                goals.at_least(mean, 1.3, f"geometric mean against SLEEF at {SIZE_NAMES[n]}")


def other_peers(results, goals):
    for n in (SMALL, MIDDLE, LARGE):
        for row in (r for r in results.uniform(n) if not r["math"]):
            for peer in ("MKL", "NumPy"):
                ratio = results.ratio(row, peer)
                if ratio is not None:
                    goals.at_least(ratio, NOISE, f"{label(row)} against {peer}")


def bandwidth_goals(results, goals):
    for row in results.uniform(LARGE, ("add", "fma", "sum", "dot", "max", "less"), floats=True):
        ours, ceiling = results.ns(row, results.best), results.ceiling(row)
        share = ceiling / ours if ours and ceiling else None
        goals.at_least(share, 0.95, f"{label(row)}, share of the ceiling")
    for row in results.uniform(MIDDLE, ("sum", "dot"), floats=True):
        for target in (t for t in results.targets if t not in ("SSE2", "SSE4")):
            at = "" if target == results.best else "@" + target
            ours, yard = results.ns(row, target), results.ns(row, "yardstick" + at)
            goals.at_least(yard / ours if ours and yard else None, 0.8,
                           f"{label(row)} on {target} against the yardstick")


def numpy_goals(results, goals):
    for row in results.uniform(MIDDLE, ("cumulative_sum", "compress", "where"), floats=True):
        goals.at_least(results.ratio(row, "NumPy"), 10, f"{label(row)} against NumPy, 10 times")
    axis = results.special.get("sum over axis 0 of 16384x1024 f32", {})
    ratio = axis["numpy_ns"] / axis["lanewise_ns"] if "numpy_ns" in axis else None
    goals.at_least(ratio, NOISE, "sum over axis 0 of 16384x1024 f32 against NumPy")


def special_goals(results, goals):
    calls = 0
    for name, values in results.special.items():
        if name.startswith("strides, "):
            for stride in ("stride_2", "stride_minus_1"):
                goals.at_least(values["contiguous_ns"] / values[stride + "_ns"], 0.5,
                               f"{name}, {stride} against contiguous")
        elif name.startswith("call of one element"):
            calls += 1
            limit = 5 if "no guard" in name else 15
            over = values["typed_ns"] - values["loop_ns"]
            goals.at_most(over, limit, "ns", f"{name}, over the loop")
    if not calls:
        goals.unknown.append("call of one element")
    load = results.special.get("load of the library")
    over = (load["lanewise_ns"] - load["empty_ns"]) / 1e6 if load else None
    goals.at_most(over, 1, "ms", "load of the library over an empty one")


def lower_targets(results):
    """Not a goal, but candidates for dispatch/choose/policy.h: rows where a lower target is faster."""
    for n in (SMALL, MIDDLE):
        for row in results.uniform(n):
            best = results.ns(row, results.best)
            for target in results.targets[:-1]:
                ns = results.ns(row, target)
                if best and ns and ns < 0.93 * best:
                    print(f"lower faster  {label(row)}: {target} {ns:.3f} ns, "
                          f"{results.best} {best:.3f} ns")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--failed", action="store_true", help="only the goals that are not met")
    arguments = parser.parse_args()
    results, goals = Results(arguments.files), Goals(arguments.failed)
    print(f"Best target: {results.best}. Ratios above 1: lanewise is faster.")
    math_goals(results, goals)
    other_peers(results, goals)
    bandwidth_goals(results, goals)
    numpy_goals(results, goals)
    special_goals(results, goals)
    lower_targets(results)
    for text in goals.unknown:
        print(f"not measured  {text}")
    print(f"{goals.met} met, {goals.failed} not met, {len(goals.unknown)} not measured")


if __name__ == "__main__":
    main()
