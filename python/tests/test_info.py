"""What can be asked and set; the package as installed."""

import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import lanewise
from clib import KERNELS
from lanewise import _core

HERE = os.path.dirname(os.path.abspath(__file__))


def command(*arguments, check=True):
    return subprocess.run([sys.executable, "-m", "lanewise", *arguments], capture_output=True,
                          text=True, check=check)


def test_every_kernel_is_a_function_with_a_docstring():
    for name in KERNELS:
        function = getattr(lanewise, "astype" if name == "convert" else name)
        assert callable(function) and function.__doc__
        assert function.__name__ in lanewise.__all__


def test_show_machine_explain_accuracy():
    shown = lanewise.show()
    assert lanewise.__version__ in str(shown) and np.__version__ in str(shown)
    assert json.loads(shown.json())["machine"] == lanewise.machine()
    assert "<table>" in shown._repr_html_() and "<script" not in shown._repr_html_()
    explained = lanewise.explain("exp", "f4")
    assert _core.current_target() in str(explained)
    assert explained.data == lanewise.explain(lanewise.exp, np.float32).data
    assert "f64" in str(lanewise.explain("where", "f8"))
    assert "i32" in str(lanewise.explain("convert", "f8", "i4"))
    rules = {r["rule"]: r for r in lanewise.explain("add", "f4").data["size_rules"]}
    first = rules["threads"]["from_elements"]
    for n, applies in ((first - 1, False), (first, True)):
        data = lanewise.explain("add", "f4", n=n).data
        assert data["elements"] == n
        assert {r["rule"]: r for r in data["size_rules"]}["threads"]["applies"] == applies
    with pytest.raises(ValueError, match="negative"):
        lanewise.explain("add", n=-1)
    for name in KERNELS:
        assert name in str(lanewise.explain(name))
        assert lanewise.accuracy(name).data["max_ulp"] >= 0
    assert lanewise.accuracy("power").data["max_ulp"] == 1
    assert lanewise.numerics_version == 1


def test_what_a_target_without_fma_costs_is_said():
    targets = lanewise.machine()["targets"]
    assert {t["name"] for t in targets if not t["fma"]} <= {"SSE2", "SSE4"}
    with lanewise.target(targets[0]["name"]):
        shown, said = lanewise.show(), not targets[0]["fma"]
        assert ("software" in str(shown)) == ("software" in shown._repr_html_()) == said
        assert ("software" in str(lanewise.explain("exp", "f4"))) == said
        assert "software" not in str(lanewise.explain("add", "f4"))
    with lanewise.target(targets[-1]["name"]):
        if next(t["fma"] for t in targets if t["name"] == _core.current_target()):
            assert "software" not in str(lanewise.show()) + str(lanewise.explain("exp", "f4"))


def test_target_is_scoped_and_per_thread():
    best = _core.current_target()
    with lanewise.target("sse4") as used:
        assert used == _core.current_target()
        with lanewise.target("avx2"):
            assert _core.current_target() == used
        seen = []
        thread = threading.Thread(target=lambda: seen.append(_core.current_target()))
        thread.start()
        thread.join()
        assert seen == [best]
    assert _core.current_target() == best
    with pytest.raises(RuntimeError, match="boom"), lanewise.target("sse2"):
        raise RuntimeError("boom")
    assert _core.current_target() == best


def test_threads():
    before = int(lanewise.threads())
    with lanewise.threads(1) as limit:
        assert int(limit) == 1
    assert int(lanewise.threads()) == before
    lanewise.threads(1)  # nothing by itself
    assert int(lanewise.threads()) == before
    lanewise.set_threads(1)
    assert int(lanewise.threads()) == 1
    with lanewise.threads(2):
        assert int(lanewise.threads()) == 1
    lanewise.set_threads(0)
    assert int(lanewise.threads()) == before


def test_threads_are_limited_for_the_calling_thread_only():
    before = int(lanewise.threads())
    seen = []
    with lanewise.threads(1):
        with lanewise.threads(max(before, 1)):
            assert int(lanewise.threads()) == 1  # an inner limit only tightens
        thread = threading.Thread(target=lambda: seen.append(int(lanewise.threads())))
        thread.start()
        thread.join()
        assert "lw_push_threads" in lanewise.machine()["threads_reason"] or before == 1
    assert seen == [before] and int(lanewise.threads()) == before
    with pytest.raises(RuntimeError, match="boom"), lanewise.threads(1):
        raise RuntimeError("boom")
    assert int(lanewise.threads()) == before


def test_compiled_code_finds_the_library(tmp_path):
    assert os.path.exists(os.path.join(lanewise.get_include(), "lanewise", "lanewise.h"))
    source = tmp_path / "program.c"
    source.write_text("#include <lanewise/lanewise.h>\n#include <stdio.h>\n"
                      "int main(void) { float x = 0, y; lw_exp_f32(1, &x, &y);"
                      " printf(\"%g\\n\", y); return 0; }\n")
    program, library = tmp_path / "program", lanewise.get_library_dir()
    subprocess.run(["cc", str(source), "-I", lanewise.get_include(), "-L", library, "-llanewise",
                    f"-Wl,-rpath,{library}", "-o", str(program)], check=True)
    result = subprocess.run([str(program)], capture_output=True, text=True, check=True)
    assert result.stdout == "1\n"


def test_threads_module_is_found():
    x = np.ones(4_000_000)
    lanewise.sin(x)
    with open("/proc/self/maps") as maps:
        mapped = {line.split()[-1] for line in maps if "liblanewise" in line or "libtbb" in line}
    if int(lanewise.threads()) > 1:
        folder = os.path.realpath(lanewise.get_library_dir())
        assert f"{folder}/liblanewise_tbb.so.0.1" in mapped
        assert f"{folder}/libtbb.so.12" in mapped


def test_command_line():
    assert "lanewise" in command("show").stdout
    assert json.loads(command("explain", "exp", "f4", "--json").stdout)
    assert "ULP" in command("accuracy", "exp").stdout
    assert "is patched" in command("status").stdout
    assert json.loads(command("status", "--bits", "--json").stdout)["left"] == 0
    result = command("selftest")
    assert "0 targets differ" in result.stdout
    wrong = command("explain", "nonsense", check=False)
    assert wrong.returncode == 2 and "no kernel" in wrong.stderr
    assert command(check=False).returncode == 2


def test_import_is_quick():
    program = ("import time, numpy; start = time.perf_counter(); import lanewise; "
               "print(time.perf_counter() - start)")
    best = min(float(subprocess.run([sys.executable, "-c", program], capture_output=True,
                                    text=True, check=True).stdout) for _ in range(3))
    assert best < 1, "importing lanewise does far more than it should"


def test_stubs(tmp_path):
    if np.__version__.startswith("1."):
        pytest.skip("NumPy 1's own annotations are older than mypy")
    run = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path),
                          os.path.join(HERE, "typing_sample.py")], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    stub = os.path.join(os.path.dirname(lanewise.__file__), "__init__.pyi")
    with open(stub) as file:
        text = file.read()
    # Elementwise kernels that come later are covered by the stub's __getattr__.
    elementwise = {name for name in lanewise.__all__ if hasattr(getattr(lanewise, name), "nin")}
    # Reductions, too: an elementwise type does for those that are not written there yet.
    later = {name for name, _, shape, *_ in _core.kernels() if shape in ("reduce", "arg")}
    for name in set(lanewise.__all__) - elementwise - later:
        assert f"def {name}(" in text or f"class {name}:" in text or f"{name}: " in text, name


def test_stubs_match_the_package(tmp_path):
    if np.__version__.startswith("1."):
        pytest.skip("NumPy 1's own annotations are older than mypy")
    config = tmp_path / "mypy.ini"  # modules without stubs are their own: no errors in there
    config.write_text("[mypy]\nignore_errors = True\n")
    run = subprocess.run([sys.executable, "-m", "mypy.stubtest", "lanewise", "--concise",
                          "--ignore-unused-allowlist", "--mypy-config-file", str(config),
                          "--allowlist", os.path.join(HERE, "stubtest_allowlist.txt")],
                         cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
