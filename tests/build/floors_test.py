"""Every include points down: floors_test.py SOURCE. The floors are those of docs/architecture.md.

Also: the picture in that page shows them, no circle among the modules of a Python package,
`extern "C"` functions in api/ alone, and LANEWISE_* variables read in dispatch/base/settings.cc
alone. Fails on a planted file of each kind.
"""

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# From the ground up. A room is the longest prefix that fits; rooms of one line see each other.
FLOORS = [
    ["include"],
    ["kernels/list"],
    ["kernels/ops"],
    ["kernels/loops"],
    ["kernels/arithmetic", "kernels/bits", "kernels/compare", "kernels/convert", "kernels/math",
     "kernels/reduce", "kernels/scan", "kernels/select", "kernels/sort"],
    ["kernels"],
    ["dispatch/base"],
    ["dispatch/host"],
    ["dispatch/threads"],
    ["dispatch/choose"],
    ["dispatch/engine"],
    ["gpu"],
    ["gpu/device"],
    ["gpu/cuda"],
    ["machine"],
    ["api"],
    ["programs", "python", "benchmarks", "examples"],
    ["tests"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
CODE = {".h", ".hpp", ".c", ".cc", ".cu"}
# Modules that are opened at run time and tests' own; each has a header that says what is exported.
BORDERS = {"dispatch/threads/border.h", "dispatch/threads/tbb.cc", "gpu/border.h",
           "gpu/cuda/backend.cc"}


def room_of(path):
    parts = path.split("/")
    for length in range(len(parts) - 1, 0, -1):
        room = "/".join(parts[:length])
        if room in FLOOR:
            return room
    return None


def sources(root):
    for top in sorted({room.split("/")[0] for room in FLOOR}):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in CODE:
                yield path.relative_to(root).as_posix(), path.read_text()


def included(root, path, text):
    """What the file includes of this project, as paths from the root."""
    for name in re.findall(r'^\s*#\s*include "([^"]+)"', text, re.MULTILINE):
        beside = (Path(path).parent / name).as_posix()
        for candidate in (name, beside, f"include/{name}", f"programs/{name}"):
            if (root / candidate).is_file():
                yield candidate
                break


def complaints_of(path, text, includes):
    room = room_of(path)
    if room is None:
        return [f"{path}: is in no room of docs/architecture.md"]
    found = [f"{path} ({room}) includes {other}, which is above it"
             for other in includes if FLOOR[room_of(other)] > FLOOR[room]]
    library = room.split("/")[0] in ("kernels", "dispatch", "gpu", "machine")
    if library and path not in BORDERS and re.search(r'^(?!\s*//).*extern "C"', text, re.MULTILINE):
        found.append(f'{path}: extern "C" belongs into api/')
    if library and path != "dispatch/base/settings.cc" and "getenv(\"LANEWISE_" in text:
        found.append(f"{path}: LANEWISE_* is read in dispatch/base/settings.cc alone")
    return found


def drawn(page):
    """The floors in the first block of the page, as FLOORS has them."""
    picture = page.split("```text\n")[1].split("```")[0]
    rooms = [re.match(r"  ((?:[a-z][a-z/]*  +)+)", line) for line in picture.splitlines()]
    return [match[1].split() for match in reversed(rooms) if match]


def imports_of(package, path, text):
    """Modules of the package that are imported when the module is: not inside functions."""
    def walk(body):
        for node in body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield node
            for part in ("body", "orelse", "finalbody"):
                if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield from walk(getattr(node, part, []))
    for node in walk(ast.parse(text).body):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parent
            for _ in range(node.level - 1):
                base = base.parent
            base = base / node.module.replace(".", "/") if node.module else base
            for target in [base / alias.name for alias in node.names] + [base]:
                for file in (target.with_suffix(".py"), target / "__init__.py"):
                    if file.is_file() and file != path:
                        yield file.relative_to(package).as_posix()
                        break
                else:
                    continue
                break


def circles(package):
    """Of imports at load; __init__.py, which gathers what its package offers, imports and is not imported."""
    graph = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        found = set(imports_of(package, path, path.read_text()))
        graph[name] = {other for other in found if not other.endswith("__init__.py")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["imports in a circle: " + " -> ".join(error.args[1])]
    return []


def main():
    root = Path(sys.argv[1])
    found, files, edges = [], 0, 0
    for path, text in sources(root):
        includes = list(included(root, path, text))
        files, edges = files + 1, edges + len(includes)
        found += complaints_of(path, text, includes)
    if drawn((root / "docs/architecture.md").read_text()) != FLOORS:
        found.append("docs/architecture.md: the picture shows other floors than FLOORS")
    packages = [p for p in sorted((root / "python").iterdir()) if (p / "__init__.py").is_file()]
    for package in packages:
        found += circles(package)
    assert complaints_of("kernels/a.h", "", ["dispatch/base/error.h"]), "an include upwards was not seen"
    assert complaints_of("gpu/a.cc", 'extern "C" int f() {}', []), 'extern "C" was not seen'
    assert complaints_of("gpu/a.cc", 'getenv("LANEWISE_GPU")', []), "a variable was not seen"
    assert files > 150 and edges > 300 and packages, f"only {files} files with {edges} includes were seen"
    print(*found, sep="\n")
    print(f"{files} files, {edges} includes, {len(packages)} Python packages: {len(found)} complaints")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
