"""Running what an installed package brings."""

import re

# What a target needs of the machine.
TARGET_LEVEL = {"SSE2": 1, "SSE4": 2, "AVX2": 3, "AVX3": 4, "AVX3_ZEN4": 4, "AVX3_SPR": 4}


def probe(prefix, *arguments):
    """The command that runs a prefix's lanewise-probe."""
    return [prefix / "bin" / "lanewise-probe", *arguments]


def target_in_use(text):
    return re.search(r"in use: (\w+)", text)[1]
