"""uv's own choice among wheel variants, here and on made-up machines; pip takes the ordinary one."""

import functools
import http.server
import json
import os
import shutil
import sys
import threading

import pytest
from conftest import EPOCH, host_level, needs_x86, qemu, run
from level_machine import level_machine
from lanewise_packages.wheel import write_variants
from test_wheel import tiny

PREVIEW = ["--preview-features", "wheel-variants"]
UV = shutil.which("uv") or "uv"


@pytest.fixture(scope="module")
def paper_wheels(tmp_path_factory, manifest):
    """Every variant as a wheel whose module holds its label."""
    folder = tmp_path_factory.mktemp("wheels")
    tiny("lanewise", manifest.version, "").write(folder, EPOCH)
    builds = {"null": (tiny("lanewise", manifest.version, "null"), {})}
    for name, variant in manifest.variants.items():
        if variant.gated:
            builds[name] = (tiny("lanewise", manifest.version, name),
                            {"x86_64": {"level": [f"v{variant.level}"]}})
    write_variants(folder, EPOCH, builds)
    for plugin in manifest.plugins.values():
        name = plugin.package.replace("-", "_")
        wheel = tiny(name, manifest.version, "")
        wheel.write(folder, EPOCH)
        write_variants(folder, EPOCH, {plugin.name: (tiny(name, manifest.version, plugin.name),
                                                     plugin.properties)})
    return folder


def uv_install(source, target, *options, package="lanewise", machine=(), cache=(), env=None):
    """Installs without dependencies. `source`: --find-links DIR or --index-url URL."""
    command = [*machine, UV, "pip", "install", "--no-config", "--no-deps", "--target", target,
               "--python", sys.executable, *(cache or ["--no-cache"]), *source, *options, package]
    return run(command, env={**{k: v for k, v in os.environ.items() if not k.startswith("UV_")},
                             **(env or {})})


def links(folder):
    return ["--no-index", "--find-links", folder]


def label(target, package="lanewise"):
    """The label of what was installed; None for the ordinary wheel."""
    info = list(target.glob(f"{package}-*.dist-info/variant.json"))
    found = json.loads(info[0].read_text())["variants"] if info else {None: {}}
    return next(iter(found))


def installed(source, target, *options, package="lanewise", **kwargs):
    result = uv_install(source, target, *options, package=package, **kwargs)
    assert result.returncode == 0, result.stdout
    return label(target, package.replace("-", "_"))


@pytest.mark.parametrize("level, expected", [(1, "null"), (2, "null"), (3, "v3"), (4, "v4")])
def test_find_links_on_made_up_machines(paper_wheels, tmp_path, level, expected):
    machine = level_machine(tmp_path, level)
    assert installed(links(paper_wheels), tmp_path / "t", *PREVIEW, machine=machine) == expected


def test_find_links_on_this_machine(paper_wheels, tmp_path):
    needs_x86()
    expected = {3: "v3", 4: "v4"}.get(host_level(), "null")
    assert installed(links(paper_wheels), tmp_path / "t", *PREVIEW) == expected


@pytest.fixture
def index(paper_wheels, tmp_path):
    """The wheels on an index (PEP 503) served on loopback."""
    root = tmp_path / "simple"
    names = sorted(p.name for p in paper_wheels.iterdir())
    for project in {n.split("-")[0] for n in names}:
        page = root / project.replace("_", "-")
        page.mkdir(parents=True)
        own = [n for n in names if n.split("-")[0] == project]
        for name in own:
            shutil.copy(paper_wheels / name, page)
        (page / "index.html").write_text("<!DOCTYPE html><html><body>" + "".join(
            f'<a href="{n}">{n}</a><br>' for n in own) + "</body></html>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield ["--index-url", f"http://127.0.0.1:{server.server_port}/"]
        server.shutdown()


@pytest.mark.parametrize("level, expected", [(2, "null"), (3, "v3"), (4, "v4")])
def test_index_on_made_up_machines(index, tmp_path, level, expected):
    machine = level_machine(tmp_path, level)
    assert installed(index, tmp_path / "t", *PREVIEW, machine=machine) == expected


def test_without_the_preview_the_ordinary_wheel(paper_wheels, index, tmp_path):
    assert installed(links(paper_wheels), tmp_path / "a") is None
    assert installed(index, tmp_path / "b") is None


def test_pip_takes_the_ordinary_wheel(paper_wheels, index, tmp_path):
    for name, source in {"a": links(paper_wheels), "b": index}.items():
        result = run([sys.executable, "-m", "pip", "install", "--no-deps", "--no-cache-dir",
                      "--isolated", "--target", tmp_path / name, *source, "lanewise"])
        assert result.returncode == 0, result.stdout
        assert label(tmp_path / name) is None


@pytest.mark.parametrize("driver, expected", [("13.0", "cuda13"), ("13.2", "cuda13"),
                                              ("12.4", None)])
def test_cuda_variant(paper_wheels, tmp_path, driver, expected):
    env = {"NV_VARIANT_PROVIDER_FORCE_CUDA_DRIVER_VERSION": driver,
           "NV_VARIANT_PROVIDER_FORCE_SM_ARCH": "9.0"}
    assert installed(links(paper_wheels), tmp_path / "t", *PREVIEW, package="lanewise-cuda13",
                     env=env) == expected


def test_a_higher_variant_cannot_be_forced(paper_wheels, tmp_path, manifest):
    machine = level_machine(tmp_path, 3)
    wheel = paper_wheels / f"lanewise-{manifest.version}-py3-none-any-v4.whl"
    result = uv_install([], tmp_path / "t", *PREVIEW, package=wheel, machine=machine)
    assert result.returncode != 0 and "unsupported wheel variants" in result.stdout


def test_cache_shared_between_machines(paper_wheels, tmp_path):
    """uv remembers the processor with the interpreter: what another machine left in a shared cache
    is believed. The remedies are --no-cache, or to delete that part of the cache."""
    cache = ["--cache-dir", tmp_path / "cache"]
    better, lesser = level_machine(tmp_path, 3), level_machine(tmp_path, 2)
    source = links(paper_wheels)
    assert installed(source, tmp_path / "a", *PREVIEW, machine=better, cache=cache) == "v3"
    misled = installed(source, tmp_path / "b", *PREVIEW, machine=lesser, cache=cache)
    assert misled in ("v3", "null")  # "null" once uv looks at the machine anew
    assert installed(source, tmp_path / "c", *PREVIEW, machine=lesser) == "null"
    for folder in (tmp_path / "cache").glob("interpreter-v*"):
        shutil.rmtree(folder)
    assert installed(source, tmp_path / "d", *PREVIEW, machine=lesser, cache=cache) == "null"


def _selftest(target, command=()):
    return run([*command, sys.executable, "-c", "import lanewise.__main__ as m, sys; sys.exit(m.main())",
                "selftest"], env={**os.environ, "PYTHONPATH": str(target)})


@pytest.fixture(scope="module")
def real(out, tmp_path_factory):
    """Name -> folder with a real wheel that uv installed: ordinary, and the one for here."""
    needs_x86()
    source, folder = links(out / "wheels"), tmp_path_factory.mktemp("real")
    assert installed(source, folder / "ordinary") is None
    return {"ordinary": folder / "ordinary",
            installed(source, folder / "here", *PREVIEW): folder / "here"}


def test_real_wheels_pass_their_selftest(real, artifacts, manifest):
    best = max((manifest.variants[v].level for v in artifacts
                if manifest.variants[v].level <= host_level()))
    assert set(real) == {"ordinary", f"v{best}" if best > 1 else "null"}
    for target in real.values():
        result = _selftest(target)
        assert result.returncode == 0 and "0 targets differ" in result.stdout, result.stdout


def test_environment_moved_to_a_lesser_machine_says_so(real):
    """uv leaves a moved environment alone; the loader's refusal is the error that users see."""
    if "v3" not in real and "v4" not in real:
        pytest.skip("this machine gets no raised baseline")
    target = real.get("v3", real.get("v4"))
    result = run([*qemu("Nehalem"), sys.executable, "-c", "import lanewise"],
                 env={**os.environ, "PYTHONPATH": str(target)})
    assert result.returncode != 0
    assert "CPU ISA level is lower than required" in result.stdout
