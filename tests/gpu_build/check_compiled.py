#!/usr/bin/env python3
"""Checks the GPU plugin from its compiled code; no GPU is needed.

For every kernel of the list and every architecture: it is there; its PTX has no flush to zero, no
approximation, no operation that may be contracted, no call, no local memory; kernels that move
bits have no floating-point instruction; the number of floating-point operations is that of the
source. Its machine code has no local memory or stack, at most as many registers as its kind may
take, and accesses memory as widely as it should. The plugin is small and exports one symbol.
"""

import argparse
import collections
import json
import pathlib
import re
import struct
import subprocess
import sys

REDUCE_MODES = 6
# Whose special path leaves the ordinary one before its end: fewer operations run than there are.
BRANCHING = {f"3{name}E{dtype}" for name in ("Sin", "Cos", "Pow")
             for dtype in ("f", "d", "N3hwy9float16_tE", "N3hwy10bfloat16_tE")}
BRANCHING |= {"7FmaBF16EN3hwy10bfloat16_tE"}
# Code that is there once, and runs as often as the values ask for.
LOOPING = {f"6DivModE{dtype}" for dtype in ("f", "d", "N3hwy9float16_tE", "N3hwy10bfloat16_tE")}
# Of an integer that becomes narrower only the low part is wanted, and only that is loaded.
NARROW_LOADS = {f"9ConvertToENS_4CastI{types}EE" for types in ("mj", "mt", "mh", "jt", "jh", "th")}
# Of 8 bytes whose sign alone counts, that is the upper half.
NARROW_LOADS |= {"7SignBitEl"}
REGISTERS = {"map": 80, "math": 96, "reduce": 128, "bool": 160}  # 16 truth values at once
# 1 / x becomes rcp.rn, which rounds as div.rn does.
OPERATIONS = ("add|sub", "mul", "fma", "div|rcp", "sqrt")
FORBIDDEN = {
    r"\.ftz": "flushes subnormals",
    r"\.approx|\.full\.": "approximates",
    r"\b(?:add|sub|mul|fma|mad|div|sqrt|rcp)\.(?!rn\b)(?!(?:wide|lo|hi|rm|sat)\b)[\w.]*f(?:32|64)\b":
        "floating-point operation that does not say how it rounds and may be contracted",
    r"\b(?:mad|rsqrt|sin|cos|ex2|lg2|tanh)\.[\w.]*f(?:32|64)\b": "not one of the operations",
    r"\bcall\b": "calls a function",
    r"\b(?:ld|st)\.local\b|\.local \.": "uses local memory",
}
FLOAT_ARITHMETIC = r"\b(?:add|sub|mul|fma|neg|abs|min|max|copysign|cvt)\.[\w.]*f(?:16|32|64)\b"


def plain(part):
    """The name of a kernel without what depends on the names before it."""
    return re.sub(r"NS\d_(9float16_t|10bfloat16_t)", r"N3hwy\1", part)


class Kernel:
    """What the name of a compiled kernel says."""

    def __init__(self, name):
        self.mode, self.part = "", ""
        if found := re.search(r"\d(Contiguous|Strided)KernelINS_(\w+?)EEvNS_3gpu", name):
            self.mode, self.part = found[1], found[2]
        elif found := re.search(r"ReduceKernelI\w*?7ReducerINS_(\w+?)EELNS\w*?ReduceModeE(\d)", name):
            self.mode, self.part = f"Reduce{found[2]}", found[1]
        self.part = plain(self.part)
        self.label = f"{self.mode} {self.part}" if self.part else name


def read_expected(program):
    maps, reductions = {}, []
    for line in subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines():
        kind, part, *fields = line.split()
        part = plain(part)
        if kind == "reduce":
            reductions.append(part)
            continue
        facts = dict(field.split("=") for field in fields)
        maps[part] = {key: [int(n) for n in value.split(",")] for key, value in facts.items()}
    return maps, reductions


def ptx_kernels(path):
    text = path.read_text()
    for found in re.finditer(r"\.entry (\w+)\(", text):
        yield found[1], text[found.end():text.index("\n}\n", found.end())]
    for found in re.finditer(r"\.(?:visible |weak )?\.func [^;]*?(\w+)\s*\(", text):
        yield found[1], "call"  # a function that was not inlined


def check_ptx(name, body, maps):
    kernel = Kernel(name)
    for pattern, meaning in FORBIDDEN.items():
        if found := re.search(pattern, body):
            yield f"{meaning}: {found[0]}"
    if kernel.part not in maps:
        # Reductions round products and sums apart.
        if kernel.mode.startswith("Reduce") and re.search(r"\bfma\.rn\.f", body):
            yield "fma in a reduction"
        return
    facts = maps[kernel.part]
    if facts["moves_bits"][0] and (found := re.search(FLOAT_ARITHMETIC, body)):
        yield f"moves bits, but has {found[0]}"
    # The body is there once for each element and once, or as often as the compiler repeats that
    # loop, for the ragged ends; every operation equally often.
    first = facts["elements"][0] + 1 if kernel.mode == "Contiguous" else 4
    counts = [len(re.findall(rf"\b(?:{operation})\.rn\.f(?:32|64)\b", body))
              for operation in OPERATIONS]
    problems = []
    for copies in range(first, first + 8):
        problems.append(list(compare_operations(counts, copies, kernel.part, facts)))
        if not problems[-1]:
            return
    yield from problems[0]


def compare_operations(counts, copies, part, facts):
    for i, operation in enumerate(OPERATIONS):
        ordinary, most = facts["ordinary"][i], facts["most"][i]
        # f32 computed in two halves of f64: the second half is empty here.
        low, high = (ordinary / 2, ordinary + most) if part in BRANCHING else (most, most)
        if part in LOOPING:
            low, high = min(ordinary, 1), ordinary + most
        if not low <= counts[i] / copies <= high:
            yield (f"{counts[i] / copies:g} x {operation} per element, the source has {low:g} to "
                   f"{high:g}")


def cubin_kernels(path):
    """Name, registers, bytes of stack, and a histogram of (opcode, access width in bits)."""
    data = path.read_bytes()
    offset, = struct.unpack_from("<Q", data, 0x28)
    entry, count, strings = struct.unpack_from("<HHH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * entry) for i in range(count)]

    def text_at(base, at):
        begin = base + at
        return data[begin:data.index(b"\0", begin)].decode()

    names = [text_at(sections[strings][4], section[0]) for section in sections]
    symbols = sections[names.index(".symtab")]
    symbol_names = sections[symbols[6]][4]
    info = collections.defaultdict(dict)
    place = sections[names.index(".nv.info")]
    at, end = place[4], place[4] + place[5]
    while at < end:
        form, attribute, size = struct.unpack_from("<BBH", data, at)
        if form == 4 and attribute in (0x2F, 0x11):  # registers, bytes of stack
            symbol, value = struct.unpack_from("<II", data, at + 4)
            name_at, = struct.unpack_from("<I", data, symbols[4] + 24 * symbol)
            info[text_at(symbol_names, name_at)][attribute] = value
        at += 4 + (size if form == 4 else 0)
    for name, section in zip(names, sections):
        if not name.startswith(".text."):
            continue
        codes = collections.Counter()
        for word in range(section[4], section[4] + section[5], 16):
            low, high = struct.unpack_from("<QQ", data, word)
            codes[low & 0x1FF, {4: 32, 5: 64, 6: 128}.get(high >> 9 & 7, 16)] += 1
        facts = info[name[len(".text."):]]
        yield name[len(".text."):], facts.get(0x2F, 0), facts.get(0x11, 0), codes


LOAD, STORE, LOCAL_LOAD, LOCAL_STORE = 0x181, 0x186, 0x183, 0x187


def check_machine_code(name, registers, stack, codes, maps):
    kernel = Kernel(name)
    if stack:
        yield f"{stack} bytes of stack"
    if any(code in (LOCAL_LOAD, LOCAL_STORE) for code, _ in codes):
        yield "accesses local memory"
    facts = maps.get(kernel.part)
    kind = "reduce" if not facts else "math" if facts["math"][0] else "map"
    if not facts and kernel.part.endswith("Eb"):
        kind = "bool"
    if registers > REGISTERS[kind]:
        yield f"{registers} registers, more than {REGISTERS[kind]}"
    if kernel.mode != "Contiguous" or not facts:
        return
    count, = facts["inputs"]
    loads, stores = facts["access"][:count], facts["access"][count:]
    for code, width, what in [(LOAD, w, "load") for w in loads] + [(STORE, w, "store")
                                                                  for w in stores]:
        if what == "load" and kernel.part in NARROW_LOADS:
            continue
        if width >= 4 and not codes[code, 8 * width]:
            yield f"no {what} of {width} bytes"


def check_kept(kept, maps, reductions, result):
    problems = []
    wanted = {f"{mode} {part}" for mode in ("Contiguous", "Strided") for part in maps}
    wanted |= {f"Reduce{mode} {part}" for mode in range(REDUCE_MODES) for part in reductions}
    for suffix in ("ptx", "cubin"):
        found = collections.defaultdict(set)
        for path in sorted(kept.glob(f"**/*.{suffix}")):
            # nvcc names the architecture only where there are several.
            architecture = (re.search(r"\.compute_(\d+)", path.name) or ["", "only"])[1]
            if suffix == "ptx":
                for name, body in ptx_kernels(path):
                    found[architecture].add(Kernel(name).label)
                    problems += [f"PTX {architecture}, {Kernel(name).label}: {problem}"
                                 for problem in check_ptx(name, body, maps)]
                continue
            for name, registers, stack, codes in cubin_kernels(path):
                label = Kernel(name).label
                found[architecture].add(label)
                result.setdefault(architecture, {})[label] = registers
                problems += [f"sm_{architecture}, {label}: {problem}" for problem in
                             check_machine_code(name, registers, stack, codes, maps)]
        if not found:
            problems.append(f"no {suffix} files in {kept}")
        for architecture, labels in found.items():
            problems += [f"{suffix} {architecture}: {label} is missing"
                         for label in sorted(wanted - labels)]
    return problems


def check_plugin(plugin, max_bytes):
    size = plugin.stat().st_size
    if size > max_bytes:
        yield f"{plugin.name} has {size} bytes, more than {max_bytes}"
    dynamic = subprocess.run(["nm", "-D", "--defined-only", plugin], check=True,
                             capture_output=True, text=True).stdout.split("\n")
    exported = [line.split()[-1] for line in dynamic if line]
    if exported != ["lanewise_gpu_backend"]:
        yield f"{plugin.name} exports {exported}"
    needed = subprocess.run(["readelf", "-d", plugin], check=True, capture_output=True, text=True).stdout
    if found := re.search(r"NEEDED.*\[(lib(?:cuda|cudart|nv|stdc|gcc)[^\]]*)\]", needed):
        yield f"{plugin.name} needs {found[1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kept", type=pathlib.Path, required=True, help="nvcc's PTX and cubin files")
    parser.add_argument("--count", required=True, help="the program count_operations")
    parser.add_argument("--plugin", type=pathlib.Path)
    parser.add_argument("--max-bytes", type=int, default=12 << 20)
    parser.add_argument("--result", type=pathlib.Path, help="register counts, as JSON")
    parser.add_argument("--expect", nargs="*", help="planted problems: each must be found")
    options = parser.parse_args()
    maps, reductions = read_expected(options.count)
    result = {}
    if options.expect:
        problems = check_kept(options.kept, maps, [], result)
        missed = [text for text in options.expect if not any(text in p for p in problems)]
        for text in missed:
            print(f"planted, but not found: {text}")
        print(f"{len(options.expect) - len(missed)} of {len(options.expect)} planted problems found")
        return 1 if missed else 0
    problems = check_kept(options.kept, maps, reductions, result)
    if options.plugin:
        problems += check_plugin(options.plugin, options.max_bytes)
    if options.result:
        options.result.write_text(json.dumps({"registers": result}, indent=1, sort_keys=True) + "\n")
    for problem in problems[:40]:
        print(problem)
    kernels = sum(len(labels) for labels in result.values())
    print(f"{kernels} kernels of {len(result)} architectures checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
