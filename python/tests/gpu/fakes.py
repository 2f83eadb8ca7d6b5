"""Builds the fake driver and the fake plugin (tests/gpu_host) for the installed package."""

import os
import pathlib
import subprocess

import lanewise

ROOT = pathlib.Path(__file__).resolve().parents[3]


def _compile(*arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def build(folder):
    """Into a folder: libcuda.so.1, plugin.so, and a plugin of another ABI."""
    library = lanewise.get_library_dir()
    cc, cxx = os.environ.get("CC", "cc"), os.environ.get("CXX", "c++")
    common = ["-shared", "-fPIC", "-fvisibility=hidden", f"-I{ROOT}",
              f"-I{lanewise.get_include()}"]
    link = [f"-L{library}", "-llanewise", f"-Wl,-rpath,{library}"]
    _compile(cc, *common, ROOT / "tests/gpu_host/fake_driver.c", pathlib.Path(__file__).with_name(
        "fake_node.c"), "-Wl,-soname,libcuda.so.1", "-ldl", "-o", folder / "libcuda.so.1")
    _compile(cxx, "-std=c++20", "-O1", *common,
             *(ROOT / "tests/gpu_host" / f"fake_{part}.cc" for part in ("plugin", "memory", "tasks")),
             *link, "-o", folder / "plugin.so")
    _compile(cc, *common, "-DWRONG_ABI", ROOT / "tests/gpu_host/refused_plugin.c", *link, "-o",
             folder / "wrong_abi.so")


def environment(folder):
    """The variables of a process on the fake machine."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("FAKE_CUDA", "CUDA_", "LANEWISE_GPU"))}
    return {**kept, "LD_PRELOAD": str(folder / "libcuda.so.1"), "FAKE_CUDA_COUNT": "2",
            "LANEWISE_FAKE_GPU": str(folder)}
