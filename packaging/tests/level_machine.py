"""Other machines for every tool at once: a made-up /proc/cpuinfo in a user namespace of its own."""

import shlex

import pytest
from conftest import run

_FEATURES = {
    1: "fpu de pse tsc msr cx8 sep cmov mmx fxsr sse sse2 syscall nx lm",
    2: "pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm",
    3: "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
    4: "avx512f avx512bw avx512cd avx512dq avx512vl",
}


def cpuinfo(level):
    flags = " ".join(_FEATURES[n] for n in range(1, level + 1))
    return ("processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 1\n"
            "model name\t: made up for a test\nstepping\t: 1\n"
            f"flags\t\t: {flags}\n\n")


def level_machine(folder, level):
    """The command in front of a command that makes /proc/cpuinfo one of that psABI level."""
    file = folder / f"cpuinfo.v{level}"
    file.write_text(cpuinfo(level))
    script = f'mount --bind {shlex.quote(str(file))} /proc/cpuinfo && exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", script, "sh"]
    if run([*command, "true"]).returncode != 0:
        pytest.skip("no fake machines: user namespaces are off here")
    return command
