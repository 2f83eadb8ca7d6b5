"""threadpoolctl sees lanewise and limits its threads, whichever is imported first."""

import os
import subprocess
import sys

import pytest
import threadpoolctl

import lanewise


def ours():
    found = [info for info in threadpoolctl.threadpool_info() if info["user_api"] == "lanewise"]
    assert len(found) == 1
    return found[0]


def test_info():
    info = ours()
    assert info["internal_api"] == "lanewise"
    assert info["version"] == lanewise.__version__
    assert info["num_threads"] == int(lanewise.threads())
    folder = os.path.realpath(lanewise.get_library_dir())
    assert os.path.dirname(info["filepath"]) == folder


@pytest.mark.parametrize("arguments", [{"limits": 1}, {"limits": 1, "user_api": "lanewise"},
                                       {"limits": {"lanewise": 1}}])
def test_limits(arguments):
    before = int(lanewise.threads())
    with threadpoolctl.threadpool_limits(**arguments):
        assert int(lanewise.threads()) == ours()["num_threads"] == 1
        with lanewise.threads(2):
            pass
        assert int(lanewise.threads()) == 1
    assert int(lanewise.threads()) == before
    with threadpoolctl.threadpool_limits(limits={"blas": 1}):
        assert int(lanewise.threads()) == before
    lanewise.set_threads(0)


@pytest.mark.parametrize("modules", ["lanewise, threadpoolctl", "threadpoolctl, lanewise"])
def test_order_of_imports(modules):
    program = f"""
import {modules}, sys
infos = [i for i in threadpoolctl.threadpool_info() if i["user_api"] == "lanewise"]
assert len(infos) == 1, infos
assert not type(threadpoolctl.__loader__).__module__.startswith("lanewise")
assert not [f for f in sys.meta_path if getattr(f, "_name", "") == "threadpoolctl"]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_asking_where_a_module_is_imports_nothing():
    """importlib.util.find_spec does not load a module: what waits for it goes on waiting."""
    program = """
import importlib.util, sys, lanewise
for name in ("threadpoolctl", "numpy.ma", "numpy.ma"):
    assert importlib.util.find_spec(name).name == name
assert "threadpoolctl" not in sys.modules
import threadpoolctl, numpy as np
assert [i for i in threadpoolctl.threadpool_info() if i["user_api"] == "lanewise"]
with np.errstate(all="ignore"):
    masked = lanewise.log(np.ma.array([4.0, 0.0, -1.0]))
assert np.ma.getmaskarray(masked).tolist() == [False, True, True], masked
assert not [f for f in sys.meta_path
            if getattr(f, "_name", "") in ("threadpoolctl", "numpy.ma")]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_import_that_fails_may_be_repeated(tmp_path):
    (tmp_path / "fragile.py").write_text("import sys; sys.tries.append(1); 1 / (len(sys.tries) - 1)")
    program = """
import sys, lanewise._imports
seen, sys.tries = [], []
lanewise._imports.when_imported("fragile", seen.append)
lanewise._imports.when_imported("fragile", seen.append)
for _ in range(3):
    try:
        import fragile
    except ZeroDivisionError:
        assert not seen
assert seen == [fragile, fragile] and len(sys.tries) == 2
assert not type(fragile.__loader__).__module__.startswith("lanewise")
"""
    subprocess.run([sys.executable, "-c", program], check=True,
                   env={**os.environ, "PYTHONPATH": str(tmp_path)})


def test_it_is_not_imported():
    program = ("import sys, lanewise; assert 'threadpoolctl' not in sys.modules; "
               "assert 'numba' not in sys.modules and 'dask' not in sys.modules")
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_scoped_limit_does_not_become_the_process_s():
    before = int(lanewise.threads())
    with lanewise.threads(1), threadpoolctl.threadpool_limits(1):
        pass
    assert int(lanewise.threads()) == before
    lanewise.set_threads(0)
