#!/usr/bin/env python3
"""Prints the fenced blocks of a page that can be run, word for word, for tests on a bare machine.

    page_blocks.py PAGE --language sh [--name NAME]    the blocks as one script
    page_blocks.py PAGE... --check                 every block of commands is run, or says why not

Commands stand in blocks of the language sh, sessions with their output in console, all else in
blocks of its own language (text, if it has none). A comment in the line before a block, which
readers do not see, names it or says why it is not run:

    <!-- block: demo -->        <!-- not run: needs a GPU -->

Exit status: 1 for everything that is wrong, NO_BLOCK if the page has no block of the language at
all, NONE_RUN if each of them says why it is not run.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

NO_BLOCK, NONE_RUN = 3, 4
_NOTE = re.compile(r"<!-- (block|not run): *(.*?) *-->")
_FENCE = re.compile(r"( *)(```+|~~~+) *(.*?) *")
_COMMAND = re.compile(
    r"(\$ )?(apt-get|bash|cmake|conda|ctest|curl|git|jupyter|lanewise(-\w+)?|make|pip3?|python3?|"
    r"sudo|uv|(build|dev|packaging|programs|python|tests|\.?v?env)/\S+)( .*)?")


@dataclass
class Block:
    line: int  # of its first fence
    language: str = ""
    kind: str = ""  # "block" or "not run", with the words after it
    words: str = ""
    lines: list = field(default_factory=list)
    trouble: str = ""  # why no test would find it

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)


def parse(page):
    """The blocks of a page; its prose as (line number, text); notes before no block as the same."""
    found, prose, stray, note, block, mark = [], [], [], None, None, ""
    for number, line in enumerate(Path(page).read_text().splitlines(), 1):
        fence = _FENCE.fullmatch(line)
        if block:
            if fence and fence[2].startswith(mark) and not fence[3]:
                block = None
            else:
                block.lines.append(line)
        elif fence:
            block, mark = Block(number, fence[3], *(note[1:] if note else ())), fence[2]
            if fence[1] or mark != "```" or not re.fullmatch(r"\w*", fence[3]):
                block.trouble = "a block begins with ``` and its language, in the first column"
            found.append(block)
            note = None
        else:
            stray += [note[0]] if note else []
            match = _NOTE.fullmatch(line.strip())
            note = (number, match[1], match[2]) if match else None
            prose.append((number, line))
    stray += [note[0]] if note else []
    if block:
        block.trouble = "a block that does not end"
    return found, prose, stray


def script(page, language, name=None, without=None):
    """The blocks as one text, or (exit status, why there is none)."""
    known = [b for b in parse(page)[0] if b.language == language]
    if not known:
        return NO_BLOCK, f"{page} has no {language} block"
    chosen = [b for b in known if b.kind != "not run" and (not name or b.words == name)
              and not (without and b.words == without)]
    if chosen:
        return "\n".join(b.text for b in chosen)
    if not name and all(b.kind == "not run" for b in known):
        return NONE_RUN, f"{page}: not run: {'; '.join(b.words for b in known)}"
    return 1, f"{page} has no {language} block{f' named {name}' if name else ''} to run"


def trouble_of(block):
    """What is wrong with a block, if commands may stand in it; else None."""
    commands = [line for line in block.lines if _COMMAND.fullmatch(line.strip())]
    if block.trouble:
        return block.trouble
    if block.kind and not block.words:
        return f'"{block.kind}" wants words'
    if block.language in ("bash", "shell"):
        return "a block of commands is ```sh"
    if block.language == "sh" and any(line.startswith("$ ") for line in block.lines):
        return "commands that are run have no prompt"
    if block.language == "console":
        if not block.lines or not block.lines[0].startswith("$ "):
            return "a session begins with its command, after a prompt"
        return None if block.kind == "not run" else "a session says why it is not run"
    if not block.language:
        return "a block has a language; text, if it has no other"
    if block.language == "text" and commands:
        return f"commands are ```sh, sessions ```console: {commands[0].strip()}"
    return None


def unclear(page):
    """Commands that no test would find, and notes that belong to no block."""
    blocks, prose, stray = parse(page)
    found = [(b.line, trouble) for b in blocks if (trouble := trouble_of(b))]
    found += [(number, f"commands stand in a ```sh block: {line.strip()}") for number, line in prose
              if line.startswith("    ") and _COMMAND.fullmatch(line.strip())]
    found += [(number, "the note is not in the line before a block") for number in stray]
    return [f"{page}:{number}: {what}" for number, what in sorted(found)]


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
        text = script(page, options.language, options.name, options.without)
        if isinstance(text, tuple):
            print(text[1], file=sys.stderr)
            sys.exit(text[0])
        print(text, end="")


if __name__ == "__main__":
    main()
