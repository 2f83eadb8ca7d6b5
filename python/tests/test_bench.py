"""lanewise bench: what it measures and what it writes. No test depends on times."""

import hashlib
import json
import math
import os
import re
import subprocess
import sys
import types

import numpy as np
import pytest

import lanewise
from clib import KERNELS
from lanewise._bench import cases, measure, numpy_baseline, options, peers, run, table

HERE = os.path.dirname(os.path.abspath(__file__))
QUICK = measure.Effort(batch=1e-6, rounds=2, row=0.01)


def command(*arguments, code=None):
    start = [sys.executable, "-c", code] if code else [sys.executable, "-m", "lanewise", "bench"]
    return subprocess.run([*start, *arguments], capture_output=True, text=True,
                          env={**os.environ, "COLUMNS": "200"})


@pytest.fixture(scope="module")
def data():
    return run.run(["exp", "sum", "compress", "astype", "fma"], "fd", [10, 1000],
                   ["numpy", "numpy_baseline", "patched"], QUICK)


def test_sizes_and_dtypes():
    assert [cases.parse_size(s) for s in ("10", "1k", "64k", "1M", "16M", "2k")] == [
        10, 1000, 65536, 1 << 20, 1 << 24, 2048]
    assert cases.parse_dtypes("f4,float64,i4") == "fdi"
    for wrong in ("", "k", "-3", "0", "1.5k", "ten"):
        with pytest.raises(ValueError, match="size"):
            cases.parse_size(wrong)


def test_every_kernel_of_the_list_has_cases():
    assert {case.name for case in cases.list_cases(dtypes="fdl")} == set(KERNELS)
    assert [case.name for case in cases.list_cases(["power"])] == ["pow", "pow"]
    assert not cases.list_cases(["exp"], "l")


@pytest.mark.parametrize("dtypes", ["fd", "e", "i"])
def test_every_case_computes_numbers(dtypes):
    with np.errstate(all="ignore"):
        for case in cases.list_cases(None, dtypes, (300,)):
            case.prepare()
            assert np.isfinite(np.asarray(case.compute(), np.float64)).all(), case.name
            assert all(array.dtype.char in dtypes + "?" for array in case.arrays)
            case.release()


def test_inputs_are_the_same_on_every_machine():
    values = np.concatenate([cases.generate(t, 1000, 1, -10, 10).astype("<f8") for t in "efdi?B"])
    assert hashlib.sha256(values.tobytes()).hexdigest()[:16] == "24bb07a6896949ac"


def test_race_takes_turns():
    order = []

    class Timer:
        def __init__(self, name, seconds):
            self.name, self.seconds = name, iter(seconds)

        def timeit(self, calls):
            order.append(self.name)
            return calls * next(self.seconds) / 100

    contestants = [measure.Contestant(name, "peer", Timer(name, [1, 1, 1, 1, *seconds]))
                   for name, seconds in {"a": [3, 5, 4], "b": [2, 2, 9]}.items()]
    measure.race(contestants, measure.Effort(batch=0.02, rounds=3, row=math.inf))
    assert "".join(order) == "aaaabbbb" + "ab" + "ba" + "ab"
    assert [(c.best, c.median, c.rounds) for c in contestants] == [(0.03, 0.04, 3), (0.02, 0.02, 3)]


def test_results(data):
    assert data["targets"] == run.targets() and data["targets"][-1] == lanewise.machine()["target"]
    assert {(row["kernel"], row["types"]) for row in data["rows"]} == {
        (k, t) for k in ("exp", "sum", "compress", "fma") for t in ("f32", "f64")} | {
        ("convert", "f32,f64"), ("convert", "f64,f32")}
    for row in data["rows"]:
        found = {(r["name"], r["kind"]) for r in row["results"]}
        assert {(name, "target") for name in data["targets"]} <= found
        assert any(kind == "ceiling" for _, kind in found)
        assert row["kernel"] == "fma" or ("NumPy", "peer") in found
        assert (row["kernel"] == "exp") == (("NumPy patched", "peer") in found)
        baseline = bool(numpy_baseline.features_in_use()) and row["kernel"] != "fma"
        assert baseline == (("NumPy baseline", "peer") in found)
        assert all(0 < r["ns"] <= r["median_ns"] for r in row["results"])
        assert row["other_bits"] == [] and len(row["digest"]) == 32
        assert set(row["soft_fma"]) <= {"SSE2", "SSE4"} and row["math"] == (row["kernel"] == "exp")
    with lanewise.threads(1):
        assert json.loads(json.dumps(data)) == data
    assert np.exp is not lanewise.exp and not lanewise.patch_status().data["patched"]


def test_the_headline_is_what_people_have(data):
    from lanewise._bench import page, plots

    tiles = re.findall("as fast as ([^:]*):", page._tiles(data))
    if numpy_baseline.features_in_use():
        assert tiles[:2] == ["NumPy at its baseline", "NumPy"]
        assert plots.reference(data) == "NumPy baseline"
    assert not [tile for tile in tiles if "patched" in tile or tile in ("SSE2", "SSE4")]
    for row in data["rows"]:
        for name in set(row["soft_fma"]) & {data["targets"][0]}:
            names = [heading for heading, _ in table.headings(data)]
            cells = dict(zip(names, table.cells(row, data)))
            assert cells["x base"].endswith("*") and cells[f"{name} ns"].endswith("*")
            assert table.soft_label(name, data) == f"{name} (software FMA)"
    bare = {**data, "peers": {}, "rows": [
        {**row, "soft_fma": [], "results": [r for r in row["results"] if r["kind"] != "peer"]}
        for row in data["rows"] if row["kernel"] == "sum"]}
    if len(data["targets"]) > 1:
        assert re.findall("as fast as ([^:]*):", page._tiles(bare)) == [data["targets"][0]]
        assert plots.reference(bare) == data["targets"][0]
    alone = {**data, "peers": {}, "rows": [
        {**row, "results": [r for r in row["results"] if r["kind"] != "peer"]}
        for row in data["rows"] if row["kernel"] == "exp"]}
    soft = "software FMA" in table.soft_fma_note(alone)
    assert ("software FMA" in plots.targets_figure(alone).layout.xaxis.title.text) == soft
    assert ("as fast as" in page._tiles(alone)) == (not soft and len(data["targets"]) > 1)


def test_numpy_at_its_baseline_is_another_process():
    if not numpy_baseline.features_in_use():
        pytest.skip("NumPy uses its baseline anyway")
    process = numpy_baseline.Process()
    try:
        for name, types, n in (("exp", "d->d", 65536), ("compress", "?f->f", 10)):
            assert process.ask([name, types, n]) is True and process.timeit(3) > 0
    finally:
        process.close()
    with pytest.raises((OSError, ValueError)):
        process.ask(1)


def test_one_thread_each():
    """NumPy's BLAS reads its limit when it is loaded: before the command line is looked at."""
    pytest.importorskip("threadpoolctl")
    program = ("import sys, threadpoolctl; sys.argv[1:] = ['bench', '--kernels', 'dot', '--dtypes', "
               "'f8', '--sizes', '10', '--peers', 'numpy', '--json', '-']; "
               "from lanewise.__main__ import main; main(); "
               "print([p['num_threads'] for p in threadpoolctl.threadpool_info() "
               "if p['user_api'] != 'lanewise'], file=sys.stderr)")
    limits = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                            env={**os.environ, **limits})
    assert json.loads(result.stdout)["rows"]
    assert set(json.loads(result.stderr.splitlines()[-1])) <= {1}


def test_people_read_avx_512():
    assert run.target_label("AVX3") == "AVX-512" and run.target_label("AVX2") == "AVX2"
    assert "AVX3" not in "".join(run.target_label(t["name"]) for t in lanewise.machine()["targets"])


def test_digest_does_not_depend_on_the_dtype_of_memory():
    x = np.array([1.0, np.nan, -0.0], "f8")
    other = x.copy()
    other.view("u8")[1] ^= 1 << 63  # another NaN
    assert run.digest(x) == run.digest(other) == run.digest(x.astype(">f8"))
    assert run.digest(x) != run.digest(np.array([1.0, np.nan, 0.0]))


def test_other_bits_are_reported(monkeypatch):
    real = cases.Case.compute

    def wrong(case):
        with_cap = lanewise._core.current_target() != lanewise.machine()["targets"][0]["name"]
        return real(case) + (0 if with_cap else 1)

    monkeypatch.setattr(cases.Case, "compute", wrong)
    names = run.targets()
    if len(names) < 2:
        pytest.skip("one target only")
    found = run.run(["abs"], "f", [10], [], QUICK)
    assert found["rows"][0]["other_bits"] == [names[0]]
    assert table.cells(found["rows"][0], found)[-1] == "differ"


def test_peers_that_are_missing_or_wrong():
    class Missing(peers.Peer):
        name = package = "no_such_package"

    assert "No module named" in Missing().left_out

    class Wrong(peers.NumPy):
        def call(self, case):
            return np.cos, case.arrays, None

    class Broken(peers.NumPy):
        def call(self, case):
            raise RuntimeError("does not know it")

    case = cases.list_cases(["sin"], "f", [100])[0]
    case.prepare()
    assert Wrong().contestant(case) is None and Broken().contestant(case) is None
    assert peers.NumPy().contestant(case).name == "NumPy"
    with pytest.raises(ValueError, match="nonsense"):
        peers.find(["nonsense"])


def test_pytorch_is_called_on_tensors(monkeypatch):
    """PyTorch is too large to install for this: a module with its names."""
    torch = types.ModuleType("torch")
    torch.__version__, torch.set_num_threads = "0", lambda n: None
    torch.from_numpy, torch.exp, torch.round = np.asarray, np.exp, np.rint
    torch.cumsum = np.cumsum
    monkeypatch.setitem(sys.modules, "torch", torch)
    peer = peers.PyTorch()
    assert not peer.left_out
    for name in ("exp", "rint", "cumsum"):
        case = cases.list_cases([name], "f", [100])[0]
        case.prepare()
        assert peer.contestant(case), name


def test_numexpr():
    pytest.importorskip("numexpr")
    peer = peers.NumExpr()
    known = []
    for case in cases.list_cases(None, "d", [100]):
        case.prepare()
        known += [case.name] * bool(peer.contestant(case))
    assert {"exp", "add", "where", "less", "pow"} <= set(known)


def test_command_writes_table_json_and_page(tmp_path):
    names = [str(tmp_path / "result.json"), str(tmp_path / "page.html")]
    result = command("--kernels", "exp,max", "--sizes", "10,1k", "--quick", "--peers", "numpy",
                     "--json", names[0], "--html", names[1])
    assert result.returncode == 0, result.stderr
    assert "exp" in result.stdout and "x NumPy" in result.stdout and "same" in result.stdout
    with open(names[0]) as file:
        assert len(json.load(file)["rows"]) == 8
    with open(names[1]) as file:
        page = file.read()
    assert "AVX3" not in result.stdout and "AVX3" not in re.sub("<script.*?</script>", "", page,
                                                                flags=re.DOTALL)
    assert not re.search(r"<script[^>]*\ssrc=|<link|<img|@import", page), "needs the network"
    assert page.count("Plotly.newPlot(") >= 5 and "Roofline" in page
    again = command("--from", names[0])
    assert again.returncode == 0 and again.stdout == result.stdout
    wrong = tmp_path / "wrong.json"
    for text in ("[]", "no JSON"):
        wrong.write_text(text)
        assert command("--from", str(wrong)).returncode == 2
    to_stdout = command("--kernels", "abs", "--sizes", "10", "--peers", "none", "--json", "-")
    assert json.loads(to_stdout.stdout)["rows"]


@pytest.mark.parametrize("sizes, dtypes, names", [
    ([10], "f", ["exp"]), ([1000, 65536], "f", ["add"]), ([1000], "fi", ["add", "astype"])])
def test_page_of_unusual_runs(tmp_path, sizes, dtypes, names):
    from lanewise._bench import page

    page.write(run.run(names, dtypes, sizes, [], QUICK), tmp_path / "page.html")
    assert "</html>" in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize("arguments, message", [
    (["--sizes", "many"], "size"), (["--dtypes", "c16"], "complex128"),
    (["--dtypes", "x"], "--dtypes"), (["--kernels", "nonsense"], "no kernel"),
    (["--peers", "nonsense"], "--peers"), (["--kernels", "exp", "--dtypes", "i8"], "nothing"),
    (["--html", "/no/such/folder/page.html"], "/no/such/folder")])
def test_wrong_options(arguments, message):
    result = command(*arguments)
    assert result.returncode == 2 and message in result.stderr and "Traceback" not in result.stderr


def test_missing_packages_are_named():
    program = ("import sys; sys.modules[{!r}] = None; from lanewise.__main__ import main; "
               "sys.exit(main(['bench', '--html', 'page.html']))")
    for package in ("rich", "plotly"):
        result = command(code=program.format(package))
        assert result.returncode == 2 and package in result.stderr
        assert "pip install rich plotly" in result.stderr and not os.path.exists("page.html")


def test_import_does_not_pay_for_it():
    program = ("import lanewise, lanewise.__main__, sys; "
               "print([m for m in sys.modules if m.split('.')[0] in ('rich', 'plotly', 'torch')])")
    assert command(code=program).stdout.strip() == "[]"


def test_every_key_is_documented(data):
    with open(os.path.join(HERE, "..", "..", "docs", "python.md"), encoding="utf-8") as file:
        text = file.read()
    for mapping in (data, data["rows"][0], data["rows"][0]["results"][0], data["peers"]["NumPy"]):
        for key in mapping:
            assert f"`{key}`" in text, key
    for peer in options.PEERS:
        assert f"`{peer}`" in text, peer
