"""The plan of a run: cases, contestants, bits; the results as the data of the JSON file."""

import datetime
import hashlib
import platform

import numpy as np

import lanewise
from lanewise import _core
from lanewise._info import machine
from lanewise._loops import has_fma

from .cases import list_cases
from . import one_thread
from .measure import Contestant, Effort, race, timer
from .options import PEERS
from .peers import find

# Software FMA takes tens of ns per element: larger arrays tell nothing more.
_SOFT_FMA_UP_TO = 65536


def targets():
    """The targets that this process may run, worst first."""
    found = []
    for entry in machine()["targets"]:
        if not (entry["compiled"] and entry["supported"]):
            continue
        with lanewise.target(entry["name"]) as used:
            if used == entry["name"]:
                found.append(used)
    return found


def digest(result):
    """Of the result's little-endian bytes, every NaN as one value: comparable across machines."""
    result = np.ascontiguousarray(result)
    if result.dtype.kind == "f" and np.isnan(result).any():
        result = np.where(np.isnan(result), result.dtype.type(np.nan), result)
    return hashlib.sha256(result.astype(result.dtype.newbyteorder("<"), copy=False)).hexdigest()[:32]


def _target_contestants(case, names):
    timed = timer(case.lanewise(), case.arrays, case.out)
    return [Contestant(name, "target", timed, target=name,
                       around=lambda name=name: lanewise.target(name))
            for name in names]


def _ceilings(case, plain):
    """What moves as many bytes in the same proportion and computes next to nothing."""
    reads, written = case.traffic()
    total = int(case.n * (sum(reads) + written))
    if written == 0:
        whole = np.ones(total // case.given[-1].itemsize, case.given[-1])
        return [Contestant(f"lanewise.{other.name} of as many bytes" if len(reads) > 1 else
                           f"lanewise.{other.name}", "ceiling", timer(other.lanewise(), [whole]))
                for other in plain
                if other.shape == "reduce" and other.given == case.given[-1:]
                and other.name != case.name]
    found = []
    for other in plain:
        same = other.given == case.given and other.results == case.results
        if same and other.shape == case.shape and other.name != case.name and len(found) < 3:
            found.append(Contestant(f"lanewise.{other.name}", "ceiling",
                                    timer(other.lanewise(), case.arrays, case.out)))
    copies = len(reads) == 1 and reads[0] == written
    if copies or not found:
        note = "" if copies else " of as many bytes"
        source, out = np.ones(max(1, total // 8), "f4"), np.ones(max(1, total // 8), "f4")
        found.append(Contestant("numpy.copyto" + note, "ceiling", timer(np.copyto, [out, source])))
        if not copies:  # memcpy is not always the fastest
            found.append(Contestant("lanewise.negative" + note, "ceiling",
                                    timer(lanewise.negative, [source], out)))
    return found


def _bits(case, names):
    """Digest of the result at the best target, and the targets that give other bits."""
    digests = {}
    for name in names:
        with lanewise.target(name):
            digests[name] = digest(case.compute())
    best = digests[names[-1]]
    return best, [name for name in names if digests[name] != best]


def _row(case, names, found_peers, plain, effort):
    case.prepare()
    try:
        soft = [name for name in names if case.uses_fma and not has_fma(name)]
        used = [name for name in names if name not in soft or case.n <= _SOFT_FMA_UP_TO]
        value, different = _bits(case, used)
        contestants = _target_contestants(case, used) + _ceilings(case, plain)
        contestants += [c for c in (peer.contestant(case) for peer in found_peers
                                    if not peer.left_out) if c]
        race(contestants, effort)
        reads, written = case.traffic()
        return {
            "kernel": case.name, "types": case.types, "n": case.n, "data": "uniform",
            "math": case.math, "out": case.out is not None, "bytes_read": sum(reads),
            "bytes_written": written, "soft_fma": [name for name in soft if name in used],
            "digest": value, "other_bits": different,
            "results": [{"name": c.name, "kind": c.kind, "target": c.target,
                         "ns": c.best / case.n * 1e9, "median_ns": c.median / case.n * 1e9,
                         "rounds": c.rounds} for c in contestants],
        }
    finally:
        case.release()


def run(names=None, dtypes="fd", sizes=(1000,), peers=tuple(PEERS), effort=None,
        mode="default", progress=None):
    """Measures; returns the data of the JSON file. `progress(done, total, row)` after each row."""
    effort = effort or Effort()
    cases = list_cases(names, dtypes, sizes)
    if not cases:
        raise ValueError("nothing to measure: no chosen kernel takes any of these dtypes")
    # Exact or correctly rounded: one instruction or so an element.
    plain = [c for c in list_cases(None, dtypes, (1,)) if c.max_ulp < 1 and c.name != "convert"
             and (c.shape == "elementwise" or c.shape == "reduce" and c.max_ulp == 0)]
    found_peers = find(peers)
    used = targets()
    rows = []
    try:
        with one_thread.limits(), lanewise.threads(1), np.errstate(all="ignore"):
            for case in cases:
                rows.append(_row(case, used, found_peers, plain, effort))
                if progress:
                    progress(len(rows), len(cases), rows[-1])
    finally:
        for peer in found_peers:
            peer.close()
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "format": 1, "producer": "lanewise bench", "mode": mode,
        "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "lanewise": lanewise.__version__,
        "clock": "real", "numerics": _core.numerics_version, "threads": 1, "targets": used,
        "python": platform.python_version(), "machine": machine(),
        "peers": {p.name: {"version": p.version, "left_out": p.left_out, "note": p.note}
                  for p in found_peers},
        "rows": rows, "special": [],
    }


# Names and numbers for the table and the page.


def target_label(name):
    """What people call a target: AVX3 is the library's (and Highway's) own name."""
    return {"AVX3": "AVX-512", "AVX3_ZEN4": "AVX-512 (Zen 4)",
            "AVX3_SPR": "AVX-512 (Sapphire Rapids)"}.get(name, name)


def ns(row, name):
    return next((r["ns"] for r in row["results"] if r["name"] == name), None)


def best_ns(row, data):
    return ns(row, data["targets"][-1])


def ceiling(row):
    """(name, ns per element) of the fastest that only moves the bytes."""
    found = [(r["ns"], r["name"]) for r in row["results"] if r["kind"] == "ceiling"]
    return (min(found)[1], min(found)[0]) if found else (None, None)


def gigabytes(row, nanoseconds):
    """Bytes per nanosecond are GB/s."""
    return (row["bytes_read"] + row["bytes_written"]) / nanoseconds


def ratio(row, name, data):
    """Time of another one divided by that of the best target: above 1 lanewise is faster."""
    theirs = ns(row, name)
    return theirs / best_ns(row, data) if theirs else None


def mean_ratio(rows, name, data):
    """Geometric mean over the rows that have this contestant; (mean, rows)."""
    ratios = [r for r in (ratio(row, name, data) for row in rows) if r]
    return (float(np.exp(np.mean(np.log(ratios)))), len(ratios)) if ratios else (None, 0)
