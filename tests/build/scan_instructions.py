#!/usr/bin/env python3
"""Finds instructions that a library could execute on a machine that does not have them.

  scan_instructions.py LIB [--baseline v1|v2|v3|v4] [--target-namespaces N_SSE4,N_AVX2,...]
                       [--allow REGEX:MNEMONIC]... [--require-targets N_AVX2,...] [--expect-leak [REGEX]]

LIB is a shared object, archive, object or program for x86-64 or AArch64, with its symbol table. Every
function is disassembled. A function of a Highway target namespace (N_AVX2, ...) may use that target's
instructions, every other function only those of the baseline (x86-64: the psABI level; AArch64:
Armv8.0-A). One instruction more is a finding; the exit status is then 1 (2: could not scan).

Whose instructions a function may use is read from its mangled name:
- Its own scope names a target namespace (lanewise::N_AVX2::F, lambdas and statics in it, clones such as
  F.part.0 or F.cold): that target.
- Its scope is elsewhere, but its template arguments or parameters name ONE target (std::sort with a
  comparator of N_AVX2): that target too. The name is then unique to the target, so the linker cannot
  take this copy for other callers, and only code that can name the target's types calls it: the same
  guard as for the namespace itself. With two targets in the name there is no such guard: baseline.
  --strict-scope does without this rule; the summary counts the functions that it covers.
- Static initialisers (_GLOBAL__sub_I_...) run at load on every machine: baseline, whatever they are
  named after.

The classic leak is an inline function outside the namespaces that was compiled in a target's region:
a weak symbol, of which the linker keeps any one copy, perhaps the wide one. Scan the archive or the
objects as well as the shared library: the linker may have dropped the wide copy this time only, and
turns hidden weak symbols into local ones. "weak" in a finding marks it where the file still tells.

tzcnt below v3 is a finding, though it runs as bsf on older CPUs, with a different result for 0 only.
GCC writes it ("rep bsf") for __builtin_ctz in plain baseline code: --allow '.*:tzcnt' if that is known.
The last line is machine-readable: "scan-summary " and a JSON object.
"""
import argparse, collections, json, os, re, shutil, subprocess, sys
import scan_features as isa


def stop(message):
    """The scan itself is impossible, which is neither a pass nor a finding."""
    print(f"scan: {message}", file=sys.stderr)
    raise SystemExit(2)


class Aggregate:
    """What was seen of one (function, feature): the first place and how often."""
    __slots__ = ("symbol", "address", "text", "mnemonic", "feature", "target", "count", "member")


def target_of(symbol, known, strict):
    """(namespace or None, True if by argument only). See the module's description."""
    if symbol.startswith(("_GLOBAL__", "_Z41__static_initialization_and_destruction", "__cxx_global_var_init")):
        return None, False
    if not symbol.startswith("_Z"):
        return None, False
    # Own scope: the source names of the outermost nested name, up to the first template argument.
    i = 2
    while symbol[i:i + 1] == "Z":  # local entity of a function
        i += 1
    if symbol[i:i + 1] == "N":
        i += 1
        while True:
            skip = re.compile(r"[KVrRO]+(?=[\dSL])|St|Sa|Ss|S[0-9A-Z]*_|L(?=\d)").match(symbol, i)
            if skip:
                i = skip.end()
                continue
            number = re.compile(r"\d+").match(symbol, i)
            if not number:
                break
            i = number.end() + int(number.group())
            name = symbol[number.end():i]
            if name in known:
                return name, False
    if strict:
        return None, False
    found = set()
    for m in re.finditer(r"(?<=\d)N_", symbol):
        # The length before the name may follow a digit that ends the name before it: try both readings.
        for digits in (1, 2):
            length = symbol[max(0, m.start() - digits):m.start()]
            if length.isdigit() and symbol[m.start():m.start() + int(length)] in known:
                found.add(symbol[m.start():m.start() + int(length)])
    return (found.pop(), True) if len(found) == 1 else (None, False)


def machine_of(path):
    """The ELF machine of the file, or of an archive's first ELF member."""
    with open(path, "rb") as f:
        head = f.read(1 << 20)
    at = 0 if head.startswith(b"\x7fELF") else head.find(b"\x7fELF") if head.startswith(b"!<arch>\n") else -1
    if at < 0:
        stop(f"{path}: neither ELF nor an archive of ELF objects")
    machine = int.from_bytes(head[at + 18:at + 20], "little")
    names = {62: "x86_64", 183: "aarch64"}
    if machine not in names:
        stop(f"{path}: ELF machine {machine} is not x86-64 or AArch64")
    return names[machine]


def tool(name, arch, given):
    if given:
        return given
    here = os.uname().machine
    for candidate in ([name] if here == arch else []) + [f"{arch.replace('_', '-')}-linux-gnu-{name}"]:
        if shutil.which(candidate):
            return candidate
    stop(f"no {name} for {arch} (binutils, or binutils of g++-{arch}-linux-gnu)")


def weak_symbols(nm, path):
    """Names of defined weak symbols, and how many functions the symbol table has."""
    weak, functions = set(), 0
    out = subprocess.run([nm, "--defined-only", "-P", path], capture_output=True, text=True, errors="replace")
    for line in out.stdout.splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[1]) == 1:
            if fields[1] in "WVu":
                weak.add(fields[0])
            if fields[1] in "tTWi":
                functions += 1
    return weak, functions


def scan(path, arch, objdump, known, baseline, strict):
    """Streams the disassembly. Returns findings, counts."""
    allowed_for = {name: isa.allowed(arch, baseline, name) for name in known}
    allowed_base = isa.allowed(arch, baseline, None)
    classify = isa.CLASSIFY[arch]
    findings, counts = {}, collections.Counter()
    functions, by_argument = collections.Counter(), set()
    head = re.compile(r"^([0-9a-f]+) <(.*)>:$")
    member, symbol, target, permitted = "", None, None, allowed_base
    # Raw bytes are wanted: they tell VEX from EVEX, and the opcode maps, beyond any list of names.
    process = subprocess.Popen([objdump, "-d", "-w", path], stdout=subprocess.PIPE, text=True, errors="replace")
    for line in process.stdout:
        if line.startswith(" "):
            fields = line.rstrip("\n").split("\t", 2)
            if len(fields) < 3:
                continue  # the rest of an instruction's bytes, or "..."
            counts["instructions"] += 1
            feature = classify(fields[1], fields[2])
            if feature is None or feature in permitted:
                continue
            key = (member, symbol, feature)
            a = findings.get(key)
            if a is None:
                a = findings[key] = Aggregate()
                a.symbol, a.member, a.feature, a.target, a.count = symbol or "(no symbol)", member, feature, target, 0
                a.address, a.text = fields[0].strip().rstrip(":"), re.sub(r"\s+", " ", fields[2]).strip()
                a.mnemonic = isa.mnemonic(a.text)
            a.count += 1
            continue
        m = head.match(line)
        if m:
            symbol = m.group(2)
            bare = re.sub(r"[-+]0x[0-9a-f]+$", "", symbol).split("@")[0]
            target, argument = target_of(bare, known, strict)
            permitted = allowed_for[target] if target else allowed_base
            if bare.startswith(isa.OUTLINE_ATOMICS):
                permitted = permitted | {"lse"}
            functions[target or "baseline"] += 1
            if argument:
                by_argument.add(bare)
        elif "file format" in line:
            member = line.split(":", 1)[0]
            symbol, target, permitted = None, None, allowed_base
        elif line.startswith("Disassembly of section"):
            symbol, target, permitted = None, None, allowed_base
    if process.wait() != 0:
        stop(f"{objdump} failed on {path}")
    counts["functions"] = sum(functions.values())
    return list(findings.values()), counts, functions, by_argument


def demangle(names):
    names = sorted(set(names))
    filt = shutil.which("c++filt")
    if not filt or not names:
        return dict(zip(names, names))
    out = subprocess.run([filt], input="\n".join(names), capture_output=True, text=True).stdout.split("\n")
    return dict(zip(names, out))


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("lib")
    p.add_argument("--baseline", default="v1", choices=["v1", "v2", "v3", "v4"], help="x86-64 level of the build (default v1)")
    p.add_argument("--target-namespaces", default="", help="the only namespaces that count as targets (default: all of Highway's)")
    p.add_argument("--allow", action="append", default=[], metavar="REGEX:MNEMONIC",
                   help="accept MNEMONIC in functions whose mangled or demangled name matches REGEX")
    p.add_argument("--require-targets", default="", help="fail unless each of these namespaces has code here")
    p.add_argument("--strict-scope", action="store_true", help="target types in a name's arguments do not count")
    p.add_argument("--expect-leak", nargs="?", const="", metavar="REGEX",
                   help="self-check: succeed only if there is a finding (in a function matching REGEX)")
    p.add_argument("--list-weak", action="store_true", help="list the weak symbols inside target namespaces")
    p.add_argument("--max-findings", type=int, default=40, help="print this many (default 40)")
    p.add_argument("--objdump", help="objdump for the library's architecture")
    p.add_argument("--nm", help="nm for the library's architecture")
    return p.parse_args()


def main():
    args = arguments()
    if not os.path.isfile(args.lib):
        stop(f"no such file: {args.lib}")
    arch = machine_of(args.lib)
    known = set(isa.TARGETS[arch])
    if args.target_namespaces:
        chosen = set(filter(None, args.target_namespaces.split(",")))
        if chosen - known:
            stop(f"unknown target namespaces for {arch}: {', '.join(sorted(chosen - known))}")
        known = chosen
    allow = []
    for rule in args.allow:
        pattern, colon, mnemonic = rule.rpartition(":")
        if not colon or not pattern or not mnemonic:
            stop(f"--allow wants REGEX:MNEMONIC, got {rule}")
        allow.append((re.compile(pattern), mnemonic))

    weak, symbols = weak_symbols(tool("nm", arch, args.nm), args.lib)
    if not symbols:
        stop(f"{args.lib} has no symbol table (stripped?): target code cannot be told from the rest")
    findings, counts, functions, by_argument = scan(
        args.lib, arch, tool("objdump", arch, args.objdump), known, args.baseline, args.strict_scope)
    if not counts["instructions"]:
        stop(f"{args.lib} holds no instructions")

    weak_inside = {}
    for name in weak:
        target, _ = target_of(name, known, args.strict_scope)
        if target:
            weak_inside[name] = target
    plain = demangle([f.symbol for f in findings] + (list(weak_inside) if args.list_weak else []))
    kept, excused = [], 0
    for f in findings:
        if any(m == f.mnemonic and (r.search(f.symbol) or r.search(plain[f.symbol])) for r, m in allow):
            excused += f.count
        else:
            kept.append(f)
    if args.list_weak:
        for name in sorted(weak_inside):
            print(f"weak: {weak_inside[name]} {plain[name]}")
    for f in kept[:args.max_findings]:
        where = f.target or "baseline code"
        limit = f"{where}, {isa.limit_name(arch, args.baseline, f.target)}"
        bare = f.symbol.split("@")[0]
        print(f"FINDING {'weak ' if bare in weak else ''}{plain[f.symbol]}\n"
              f"    {f.symbol}{' in ' + f.member if f.member != args.lib else ''}\n"
              f"    {f.address}: {f.text}   [{f.feature}; allowed here: {limit}]"
              + (f"   and {f.count - 1} more in this function" if f.count > 1 else ""))
    if len(kept) > args.max_findings:
        print(f"... and {len(kept) - args.max_findings} more findings")
    missing = [t for t in filter(None, args.require_targets.split(",")) if not functions[t]]
    for t in missing:
        print(f"MISSING no function of {t} in {args.lib}")

    if args.expect_leak is None:
        status = 1 if kept or missing else 0
    else:
        pattern = re.compile(args.expect_leak)
        seen = any(pattern.search(f.symbol) or pattern.search(plain[f.symbol]) for f in kept)
        status = 0 if seen else 1
        print("expected leak: " + ("found" if seen else "NOT found, the scan is blind"))
    print("scan-summary " + json.dumps({
        "file": os.path.basename(args.lib), "arch": arch, "baseline": args.baseline if arch == "x86_64" else "armv8.0-a",
        "ok": status == 0, "findings": len(kept), "weak_findings": sum(f.symbol.split("@")[0] in weak for f in kept),
        "allowed_instructions": excused, "instructions": counts["instructions"], "functions": counts["functions"],
        "functions_by_target": dict(sorted(functions.items())), "targets_by_argument_only": len(by_argument),
        "weak_in_targets": len(weak_inside), "missing_targets": missing}))
    return status


if __name__ == "__main__":
    sys.exit(main())
