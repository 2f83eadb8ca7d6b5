#!/usr/bin/env python3
"""Prints the fenced blocks of a page that can be run, word for word, for tests on a bare machine.

    page_blocks.py PAGE --language sh [--name NAME]    the blocks as one script
    page_blocks.py PAGE... --check                     every block of commands is run, or says why not

A comment in the line before a block, which readers do not see, names it or says why it is not run:

    <!-- block: demo -->        <!-- not run: needs a GPU -->
"""

import argparse
import re
import sys
from pathlib import Path

SHELL = ("sh", "bash", "console", "shell")
_BLOCK = re.compile(r"(?:^<!-- (?P<kind>block|not run): (?P<words>[^\n]*?) -->\n)?"
                    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page):
    for match in _BLOCK.finditer(Path(page).read_text()):
        yield match.groupdict()


def script(page, language, name=None, without=None):
    chosen = [b for b in blocks(page) if b["language"] == language and b["kind"] != "not run"
              and (not name or b["words"] == name) and not (without and b["words"] == without)]
    if not chosen:
        raise SystemExit(f"{page} has no {language} block{f' named {name}' if name else ''} to run")
    return "\n".join(b["text"] for b in chosen)


def unclear(page):
    """Commands outside of fenced blocks, or in blocks that no test would find."""
    text = Path(page).read_text()
    found = [f"{page}: a block of commands must be ```sh: {b['text'].splitlines()[0]}"
             for b in blocks(page) if b["language"] in SHELL[1:]]
    prose = _BLOCK.sub("", text)
    command = r"(make|dev/|lanewise|pip|python3?|conda|uv|cmake|packaging/|jupyter|build/)"
    found += [f"{page}: commands must stand in a ```sh block: {line.strip()}"
              for line in re.findall(rf"^    {command}.*$", prose, re.MULTILINE)]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--language", default="sh")
    parser.add_argument("--name")
    parser.add_argument("--without", metavar="NAME")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        problems = [line for page in options.pages for line in unclear(page)]
        print("\n".join(problems) or f"{len(options.pages)} pages: every command stands in a block")
        sys.exit(bool(problems))
    for page in options.pages:
        print(script(page, options.language, options.name, options.without), end="")


if __name__ == "__main__":
    main()
