"""Arrays on GPUs: without one here, and on a machine with two fake ones (gpu/)."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import lanewise

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "gpu"))
import fakes  # noqa: E402

SUITES = sorted(path.name for path in (HERE / "gpu").glob("test_*.py"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("fake_gpu")
    fakes.build(made)
    return made


@pytest.mark.parametrize("suite", SUITES)
def test_on_two_fake_gpus(suite, folder):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "300",
         str(HERE / "gpu" / suite)],
        env=fakes.environment(folder), capture_output=True, text=True, cwd=HERE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout and "no tests ran" not in done.stdout


START = """
import ctypes, os, numpy as np, lanewise
library = ctypes.CDLL(os.path.join(lanewise.get_library_dir(), "liblanewise.so.0.1"))
def plugin(name):
    path = os.path.join(os.environ["LANEWISE_FAKE_GPU"], name)
    assert library.lw_gpu_set_plugin(path.encode()) == 0
def error(call):
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
x = np.arange(4.0)
def to_device():
    return lanewise.to_device(x)
"""


def run(code, folder, **variables):
    """What Python code prints in a process on the fake machine; a variable of None is unset."""
    environment = {**fakes.environment(folder), **variables}
    environment = {name: value for name, value in environment.items() if value is not None}
    done = subprocess.run([sys.executable, "-c", START + code], env=environment,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


REASONS = [
    ({}, "plugin('wrong_abi.so')", "refused_plugin", "plugin ABI"),
    ({}, "plugin('nowhere.so')", "no_plugin", "nowhere.so"),
    ({}, "", "no_plugin", "liblanewise_cuda13.so.0.1"),
    ({"LANEWISE_GPU": "off"}, "", "off", "LANEWISE_GPU=off"),
    ({"LD_PRELOAD": None}, "", "no_node", "no NVIDIA GPU"),
    ({"FAKE_CUDA_VERSION": "12090"}, "", "old_driver", "CUDA 12.9"),
    ({"CUDA_VISIBLE_DEVICES": ""}, "", "hidden", "CUDA_VISIBLE_DEVICES"),
]


@pytest.mark.parametrize("variables, before, state, reason", REASONS)
def test_reasons_reach_the_user(variables, before, state, reason, folder):
    if "LD_PRELOAD" in variables and os.path.exists("/dev/nvidiactl"):
        pytest.skip("this machine has an NVIDIA GPU")
    printed = run(f"""
{before}
print(error(to_device))
print(error(to_device) == error(lambda: lanewise._core.device_empty((), x.dtype, 0, 1)))
print(lanewise.gpu().data["state"], lanewise.gpu())
print(lanewise.exp(x).tolist() == np.exp(x).tolist() or "CPU")
""", folder, **variables).splitlines()
    assert printed[0].startswith("RuntimeError: ") and reason in printed[0]
    assert printed[1] == "True" and printed[2].startswith(state) and reason in "".join(printed[2:])


def test_after_fork(folder):
    printed = run("""
plugin("plugin.so")
d = lanewise.exp(to_device())
child = os.fork()
if not child:
    for call in (lambda: lanewise.exp(d), d.to_host, to_device, lambda: lanewise.sum(d),
                 lambda: d.__dlpack__(stream=0x70)):
        print(error(call), flush=True)
    print(lanewise.gpu().data["state"], lanewise.exp(x)[0], repr(d), flush=True)
    del d
    os._exit(0)
os.waitpid(child, 0)
print("parent", d.to_host().tolist() == lanewise.exp(x).tolist())
""", folder).splitlines()
    assert len(printed) == 7
    for line in printed[:5]:
        assert line.startswith("RuntimeError: ") and "forked" in line
    assert printed[5] == "forked 1.0 <lanewise.DeviceArray of shape (4,), dtype float64, on device 0>"
    assert printed[6] == "parent True"


def test_exit_with_arrays_alive(folder):
    printed = run("""
plugin("plugin.so")
d = lanewise.exp(to_device())
capsule = d.__dlpack__(max_version=(1, 0))
import builtins; builtins.kept = (d, capsule)
print("done")
""", folder)
    assert printed == "done\n"


def test_threads(folder):
    printed = run("""
plugin("plugin.so")
from concurrent.futures import ThreadPoolExecutor
def work(i):
    d = lanewise.to_device(x + i, stream=16 * (i % 4) + 16)
    for _ in range(20):
        d = lanewise.add(lanewise.exp(lanewise.negative(d)), 1)
    return d.to_host().tobytes()
def wanted(i):
    d = x + i
    for _ in range(20):
        d = lanewise.add(lanewise.exp(lanewise.negative(d)), 1)
    return d.tobytes()
with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(work, range(24))) == [wanted(i) for i in range(24)])
""", folder)
    assert printed == "True\n"


def test_importing_and_the_cpu_ask_no_driver(folder):
    printed = run("""
lanewise.exp(x), lanewise.show(), lanewise.exp(x.tolist()), lanewise.sum(x[::2])
fake = ctypes.CDLL("libcuda.so.1")
print(fake.fake_cuda_inits())
plugin("plugin.so"), to_device()
print(fake.fake_cuda_inits())
""", folder)
    assert printed == "0\n1\n"


def test_show_tells_of_the_gpu(folder):
    printed = run("""
plugin("plugin.so")
print(lanewise.show().data["machine"]["gpu"]["state"])
print([line for line in str(lanewise.show()).splitlines() if line.startswith("GPU")][0])
to_device()
print(lanewise.show().data["machine"]["gpu"]["state"], len(lanewise.gpu().data["devices"]))
print("Fake GPU" in str(lanewise.show()), "Fake GPU" in lanewise.show()._repr_html_())
""", folder).splitlines()
    assert printed[0] == "not_asked" and printed[1].startswith("GPU         not_asked: a driver")
    assert printed[2:] == ["ready 2", "True True"]


def test_arguments_without_a_gpu():
    with pytest.raises(TypeError, match="complex128|object"):
        lanewise.to_device(np.array([None]))
    with pytest.raises(TypeError, match="not int"):
        lanewise.to_host(3)
    with pytest.raises(ValueError, match="stream"):
        lanewise.to_device(np.ones(2), stream=0)
