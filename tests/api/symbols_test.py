#!/usr/bin/env python3
"""The shared library exports what its headers declare, and needs only system libraries.

    tests/api/symbols_test.py LIBRARY HEADER...
"""
import re
import subprocess
import sys

VERSION_NODE = "LANEWISE_0.1"
SONAME = "liblanewise.so.0.1"
ALLOWED = re.compile(r"^(libstdc\+\+|libgcc_s|libm|libc|libdl|libpthread|ld-linux[-\w]*)\.so\.\d+$")


def readelf(option, library):
    return subprocess.run(["readelf", "-W", option, library], check=True, text=True,
                          capture_output=True).stdout


def declared(headers):
    text = "".join(open(header, encoding="utf-8").read() for header in headers)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    functions = re.findall(r"\bLW_API\b[^;(]*?\b(lw_\w+)\s*\(", text)
    if len(functions) != len(set(functions)):
        sys.exit("FAILED: the headers declare a function twice")
    return set(functions)


def exported(library):
    """name -> version, of all defined dynamic symbols but the version node itself"""
    symbols = {}
    for line in readelf("--dyn-syms", library).splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].endswith(":") or fields[6] in ("UND", "Ndx"):
            continue
        name, _, version = fields[7].partition("@")
        if name != VERSION_NODE:
            symbols[name] = version.lstrip("@")
    return symbols


def main():
    library, *headers = sys.argv[1:]
    want, have = declared(headers), exported(library)
    problems = [f"not exported: {name}" for name in sorted(want - have.keys())]
    problems += [f"exported but not declared: {name}" for name in sorted(have.keys() - want)]
    problems += [f"{name} has version {version or 'none'}, not {VERSION_NODE}"
                 for name, version in sorted(have.items()) if version != VERSION_NODE]
    # A second copy of the library in the process must call its own functions, not the first one's.
    foreign = sorted(set(re.findall(r"\b(lw_\w+)@", readelf("-r", library))))
    problems += [f"{name} is called through a symbol that another copy can replace (link with "
                 "-Bsymbolic)" for name in foreign]
    dynamic = readelf("-d", library)
    soname = re.findall(r"\(SONAME\).*\[(.*)\]", dynamic)
    if soname != [SONAME]:
        problems.append(f"SONAME is {soname}, not {SONAME}")
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    problems += [f"needs {name}" for name in needed if not ALLOWED.match(name)]
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        problems.append("has a run path")
    if re.search(r"\(TEXTREL\)", dynamic):
        problems.append("has text relocations")
    for problem in problems:
        print("FAILED:", problem)
    print(f"{len(have)} symbols, {len(want)} declared, needs {' '.join(needed)}")
    return 1 if problems or not want else 0


if __name__ == "__main__":
    sys.exit(main())
