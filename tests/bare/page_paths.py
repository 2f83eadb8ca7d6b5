#!/usr/bin/env python3
"""Fails if a page names a file or folder of this project that does not exist.

    page_paths.py PAGE...

Looked at are links, words that begin with a folder of the project (`tests/run.sh`, `gpu/session.*`,
`kernels/<room>/<family>.h`), and names of sources, alone or behind folders (`map.cu`,
`lanewise/lanewise.h`), which must be the end of some file's path.
"""

import os
import re
import sys
from pathlib import Path

_MADE = ("build", "dist", "env")  # folders of what is built or downloaded
# Not of this project: users' own, Highway's.
_FOREIGN = {"setup.py", "script.py", "foreach_target.h"}
_WORD = re.compile(r"(?<![\w./~$}*-])(?:\.\./)*(?:[\w*.][\w*.{},-]*/)*"
                   r"(?:[\w*.{][\w*.{},-]*[\w*}]|\w)?")
_LINK = re.compile(r"\]\(([^)#\s]+)")
_SOURCE = re.compile(r"(?:.*/)?[\w*].*\.(?:cc|cmake|cpp|cu|h|hpp|md|pin|pxd|pyi?|sh)")


def tree(root):
    """Every file and folder as a path from the root, but not what was built or downloaded."""
    for folder, folders, files in os.walk(root):
        top = Path(folder) == root
        folders[:] = [f for f in folders if f == ".ci" or not (
            f.startswith(".") or f == "__pycache__" or top and f in _MADE)]
        for name in files + folders:
            yield (Path(folder) / name).relative_to(root).as_posix()


def alternatives(word):
    """`a.{h,cc}` as `a.h` and `a.cc`."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    return [one for part in match[1].split(",")
            for one in alternatives(word[:match.start()] + part + word[match.end():])]


class Tree:
    def __init__(self, root):
        self.root = root
        paths = sorted(tree(root))
        self.text = "\n" + "\n".join(paths) + "\n"
        self.tops = {path for path in paths if "/" not in path and (root / path).is_dir()}

    def has(self, name, anywhere):
        """Whether a file or folder has this path; anywhere: or ends in it. * is a part of a name."""
        pattern = re.escape(name.rstrip("/")).replace(r"\*", "[^/\n]*")
        return re.search(f"[\n{'/' if anywhere else ''}]{pattern}\n", self.text) is not None

    def missing(self, page):
        for number, line in enumerate((self.root / page).read_text().splitlines(), 1):
            for link in _LINK.findall(line) if page.endswith(".md") else ():
                if "://" not in link and not (self.root / page).parent.joinpath(link).exists():
                    yield number, link
            line = re.sub(r"\w+://\S+", "", line)
            line = re.sub(r"<[a-z][a-z -]*>", "*", line)
            for word in _WORD.findall(line):
                word = word.rstrip(".,").removeprefix("../")
                if word.split("/")[0] in _MADE:
                    continue
                whole = "/" in word and word.split("/")[0] in self.tops
                if not whole and (not _SOURCE.fullmatch(word) or word in _FOREIGN):
                    continue
                for one in alternatives(word):
                    if not self.has(one, anywhere=not whole):
                        yield number, one


def main():
    files = Tree(Path.cwd())
    found = [f"{page}:{number}: there is no {name}"
             for page in sys.argv[1:] for number, name in files.missing(page)]
    print("\n".join(found) or f"{len(sys.argv) - 1} pages: every file that they name exists")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
