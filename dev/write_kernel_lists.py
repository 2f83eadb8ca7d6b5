#!/usr/bin/env python3
"""Writes what repeats the kernel list, from the list itself.

    dev/write_kernel_lists.py PROBE            writes the files below
    dev/write_kernel_lists.py PROBE --check    says which of them are not as it would write them

PROBE: lanewise-probe of a build of this tree, whose `--list --json` has each kernel's contract.

  include/lanewise/kernels.h      the typed prototypes
  python/lanewise/__init__.pxd    the ids of kernels, and the same prototypes for Cython
  python/lanewise/__init__.pyi    the names of elementwise functions
  docs/kernels.md                 the table
"""

import argparse
import difflib
import json
import re
import runpy
import subprocess
import sys
import textwrap
from pathlib import Path

COLUMNS = 100
C_TYPES = {"bool": "uint8_t", "i64": "int64_t", "f32": "float", "f64": "double"}
ELEMENTS = ("f32", "f64")  # of typed functions

# Before the first prototype of a shape.
SHAPES = {
    "reduce": """Reductions: one result from n elements, in the fixed order of docs/numerics.md. result: one
        element, must not be null, outside the inputs (LW_ERR_OVERLAP).""",
    "scan": "Scans: as many results as elements.",
    "compress": """Compress: out needs room for as many elements as mask has true bytes; count gets that
        number. out may be x (in place), any other overlap with x or mask is LW_ERR_OVERLAP, as is a
        count that overlaps x, mask or the results.""",
    "search": """Searches: a has n elements in ascending order, v and out have count. right: 0 in front of
        equal elements, 1 behind them. out overlaps neither input (LW_ERR_OVERLAP).""",
}
BOUNDS = {0: "Exact.", 0.5: "Correctly rounded.", 1: "At most 1 ULP."}

HEADER = """\
/* The typed contiguous functions of lanewise, lw_<kernel>_<dtype>; lanewise.h includes this.
 * Written by dev/write_kernel_lists.py: each sentence is the kernel's own.
 *
 * n: number of elements, >= 0 (LW_ERR_SIZE). Pointers: LW_ERR_NULL if null while n > 0; any
 * alignment works, that of the element is fastest; out may equal an input (in place), any other
 * overlap is LW_ERR_OVERLAP. A condition or mask is n bytes, true if not 0.
 * Bounds are over the whole range of the type, subnormals included, rounding to nearest even.
 * Flags are the exception flags that a call may raise, each where C Annex F asks for it.
 */

#ifndef LANEWISE_KERNELS_H_
#define LANEWISE_KERNELS_H_

#include "lanewise/lanewise.h"

#ifdef __cplusplus
extern "C" {
#endif

"""
FOOTER = """\
#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LANEWISE_KERNELS_H_ */
"""


# ---------------------------------------------------------------- facts of a kernel

def element(kernel, loop):
    """The dtype that the kernel is for; None if two are converted."""
    if kernel["name"] == "convert":
        return None
    return loop["dtypes"][1 if kernel["operands"][0] == "condition" else 0]


def typed_loops(kernel):
    """Loops that have a typed function."""
    if kernel["loops"][0]["dtypes"][-1] == "bool":  # comparisons
        return []
    return [loop for loop in kernel["loops"] if element(kernel, loop) in ELEMENTS]


def arguments(kernel, loop):
    """Of the typed function, after n."""
    types = [C_TYPES[dtype] for dtype in loop["dtypes"]]
    inputs = len(kernel["operands"])
    found = [f"const {dtype}* {name}" for dtype, name in zip(types, kernel["operands"])]
    if "parameter" in kernel:
        found.append(f"double {kernel['parameter']}")
    reduces = kernel["shape"] in ("reduce", "reduce_two", "arg")
    outputs = kernel.get("outputs", ["result" if reduces else "out"])
    found += [f"{dtype}* {name}" for dtype, name in zip(types[inputs:], outputs)]
    if kernel["shape"] == "compress":
        found.append("int64_t* count")
    if kernel["shape"] == "search":
        found[1:1] = ["int64_t count"]
        found[3:3] = ["int32_t right"]
    return found


def declaration(start, name, args):
    """A prototype, broken as clang-format does."""
    opening = f"{start}lw_status {name}("
    words = ["int64_t n", *args]
    lines = [opening]
    for i, word in enumerate(words):
        word += ")" if i == len(words) - 1 else ","
        space = "" if lines[-1].endswith("(") else " "
        # The header's end with a semicolon.
        if len(lines[-1] + space + word) + (start.startswith("LW_API") and word[-1] == ")") > COLUMNS:
            lines.append(" " * len(opening))
            space = ""
        lines[-1] += space + word
    return "\n".join(lines)


def declarations(kernel, start):
    return [declaration(start, f"lw_{kernel['name']}_{element(kernel, loop)}", arguments(kernel, loop))
            for loop in typed_loops(kernel)]


# ---------------------------------------------------------------- the files

def comment(text):
    words = " ".join(text.split())
    return "\n".join(textwrap.wrap(f"/* {words} */", COLUMNS, subsequent_indent=" * ",
                                   break_on_hyphens=False)) + "\n"


def bound_of(kernel):
    # f16 and bf16 round once more, which the page says of all.
    return max(loop["max_ulp"] for loop in kernel["loops"]
               if loop["dtypes"][0] not in ("f16", "bf16"))


def sentences(kernel):
    doc = kernel["doc"]
    first = doc.split()[0]
    if first.isalpha() and len(first) > 1:
        doc = doc[0].upper() + doc[1:]
    bound = BOUNDS[bound_of(kernel)]
    if kernel["shape"] != "elementwise" and bound == BOUNDS[0.5]:
        bound = "Each operation is correctly rounded."
    found = [doc + ".", bound]
    if kernel["raises"]:
        found.append(f"Flags: {', '.join(kernel['raises'])}.")
    if kernel["needs_element"]:
        found.append("LW_ERR_SIZE if n is 0.")
    return " ".join(found)


def write_header(kernels, old):
    text, shape = HEADER, None
    for kernel in kernels:
        if not typed_loops(kernel):
            continue
        group = "reduce" if kernel["shape"] in ("reduce_two", "arg") else kernel["shape"]
        if group != shape and group in SHAPES:
            text += comment(SHAPES[group]) + "\n"
        shape = group
        text += comment(sentences(kernel))
        text += "".join(f"{line};\n" for line in declarations(kernel, "LW_API ")) + "\n"
    return text + FOOTER


def write_pxd(kernels, old):
    ids = "".join(f"        LW_{kernel['name'].upper()}\n"
                  for kernel in sorted(kernels, key=lambda kernel: kernel["id"]))
    text, count = re.subn(r"(    ctypedef enum lw_kernel:\n)(?: {8}LW_\w+\n)+", rf"\1{ids}", old)
    assert count == 1, "no ids in the .pxd"
    begin = "    # From here on by dev/write_kernel_lists.py.\n"
    text = text[:text.index(begin)] + begin
    return text + "".join(f"{line}\n" for kernel in kernels for line in declarations(kernel, "    "))


def write_stub(kernels, old, numpy_names):
    known = set(re.findall(r"^def (\w+)", old, re.MULTILINE))
    names = {kernel["name"] for kernel in kernels if kernel["shape"] == "elementwise"} - {"convert"}
    names -= known
    names |= {numpy_names[name] for name in names if name in numpy_names}
    block = "".join(f"{name}: Elementwise\n" for name in sorted(names))
    text, count = re.subn(r"(?:^\w+: Elementwise\n)+", block, old, flags=re.MULTILINE)
    assert count == 1, "no one block of functions in the .pyi"
    return text


def dtypes_cell(kernel):
    loops = kernel["loops"]
    elements = [element(kernel, loop) for loop in loops]
    if elements[0] is None:
        both = sorted({dtype for loop in loops for dtype in loop["dtypes"]},
                      key=lambda dtype: (dtype[0] != "f", dtype))
        assert len(loops) == len(both) * (len(both) - 1)
        return "each of the 13 dtypes to each other one" if len(both) == 13 else (
            f"{', '.join(both)}, each to each other one")
    wide, ints = {"f32", "f64"}, {"i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"}
    floats = wide | {"f16", "bf16"}
    groups = [("any", floats | ints | {"bool"}), ("floats", floats), ("f32, f64", wide),
              ("ints", ints)]
    rest, words = set(elements), []
    for word, group in groups:
        if group <= rest:
            words.append(word)
            rest -= group
    text = ", ".join(words + [e for e in elements if e in rest])
    outputs = {loop["dtypes"][-1] for loop in loops}
    if len(outputs) == 1 and len(loops) > 1:
        text += f" → {outputs.pop()}"
    for name in kernel["operands"]:
        if name in ("condition", "mask"):
            text = f"bool {name}; {text}" if name == "condition" else f"{text}; bool {name}"
    return text


def row(kernel):
    error = f"{bound_of(kernel):g}"
    if kernel["shape"] != "elementwise" and error != "0":
        error += " each"
    letters = {"invalid": "V", "divide-by-zero": "Z", "overflow": "O"}
    flags = " ".join(letters[flag] for flag in kernel["raises"]) or "none"
    doc = kernel["doc"] + ("; error if empty" if kernel["needs_element"] else "")
    cells = [f"`{kernel['name']}`", dtypes_cell(kernel), doc, error, flags, kernel["numpy"]]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def write_page(kernels, old):
    head, rows = re.search(r"^(\| name \| dtypes .*\n\|[-|]+\|\n)((?:\|.*\n)+)", old, re.MULTILINE).groups()
    return old.replace(head + rows, head + "".join(map(row, kernels)))


# ---------------------------------------------------------------- main

def main():
    parser = argparse.ArgumentParser(usage="write_kernel_lists.py PROBE [--check] [--root DIR]")
    parser.add_argument("probe")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    kernels = json.loads(subprocess.run([options.probe, "--list", "--json"], check=True,
                                        capture_output=True).stdout)
    names = runpy.run_path(str(options.root / "python/lanewise/_names.py"))["NUMPY_NAMES"]
    files = {
        "include/lanewise/kernels.h": write_header,
        "python/lanewise/__init__.pxd": write_pxd,
        "python/lanewise/__init__.pyi": lambda kernels, old: write_stub(kernels, old, names),
        "docs/kernels.md": write_page,
    }
    stale = 0
    for name, write in files.items():
        path = options.root / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = write(kernels, old)
        if new == old:
            continue
        stale += 1
        if options.check:
            sys.stdout.writelines(difflib.unified_diff(
                old.splitlines(True), new.splitlines(True), name, f"{name} as the list has it", n=0))
        else:
            path.write_text(new, encoding="utf-8")
            print(f"{name} written")
    if options.check and stale:
        print("FAILED: run dev/write_kernel_lists.py with lanewise-probe of this tree")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
