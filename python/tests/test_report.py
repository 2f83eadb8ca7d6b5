"""lanewise report: what goes into a bug report."""

import json
import os
import subprocess
import sys

import numpy as np

import lanewise
from lanewise import _selftest


def command(*arguments, **environment):
    return subprocess.run([sys.executable, "-m", "lanewise", "report", *arguments], text=True,
                          capture_output=True, check=True, env={**os.environ, **environment}).stdout


def test_text():
    text = command(LANEWISE_THREADS="1", LANEWISE_MAX_TARGET="sse4")
    for part in (lanewise.__version__, np.__version__, sys.version.split()[0], "self-test",
                 "LANEWISE_THREADS=1", "LANEWISE_MAX_TARGET=sse4", lanewise.get_library_dir()):
        assert part in text, part
    assert "not run:" in text or lanewise.machine()["target"] in ("SSE2", "SSE4", "NEON")


def test_bytes_that_are_no_text():
    environment = {os.fsencode(k): os.fsencode(v) for k, v in os.environ.items()}
    environment |= {b"LANEWISE_MAX_TARGET": b"\xff", b"LANEWISE_THREADS": b"\xfe2",
                    b"LD_LIBRARY_PATH": b"/\xe9"}

    def text(*arguments):
        return subprocess.run([sys.executable, "-m", "lanewise", "report", *arguments], check=True,
                              capture_output=True, env=environment).stdout.decode()

    assert "LANEWISE_MAX_TARGET=\ufffd, LANEWISE_THREADS=\ufffd2" in text()
    data = json.loads(text("--json"))
    assert data["environment"]["LD_LIBRARY_PATH"] == "/\ufffd"
    warnings = data["machine"]["warnings"]
    assert "LANEWISE_MAX_TARGET=\ufffd is not" in warnings
    assert 'LANEWISE_THREADS="\ufffd2" ignored' in warnings


def test_json():
    data = json.loads(command("--json"))
    assert data["machine"]["targets"] == lanewise.machine()["targets"]
    assert data["packages"]["numpy"] == np.__version__
    assert data["numpy_config"] and not data["patch"]["patched"]
    assert any(not entry["not_run"] and not entry["other_bits"] for entry in data["selftest"])


def test_in_the_process_of_the_bug(monkeypatch):
    monkeypatch.setattr(_selftest, "results", lambda: iter([("SSE2", "", ["exp"])]))
    with lanewise.patched_numpy(bits=True):
        report = lanewise.report()
    assert "exp" in report.data["patch"]["functions"] and report.data["patch"]["patched"]
    assert report.data["patch"]["left_to_numpy"] == 0
    assert "other bits: exp" in str(report)
    assert "<table>" in report._repr_html_()


def test_show_in_jupyter():
    html = lanewise.show()._repr_html_()
    assert html.count("<table>") == html.count("</table>") == 2
    assert f"<b>{lanewise.machine()['target']}</b>" in html and "<details>" in html
    assert lanewise.machine()["cpu"]["features"][-1] in html
