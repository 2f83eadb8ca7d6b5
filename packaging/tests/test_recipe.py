"""The recipe for feedstocks: rendered like the manifest says, and built without any channel."""

import json

import yaml
from conda_package_streaming.package_streaming import stream_conda_component
from conftest import ROOT, needs_x86
from rattler_build import (PlatformConfig, RenderConfig, Stage0Recipe, ToolConfiguration,
                           VariantConfig)

RECIPE = ROOT / "packaging" / "recipe"
RENDER = RenderConfig(PlatformConfig(target_platform="linux-64"))


def _rendered(folder, **changes):
    """The recipe's variants by name, with keys of variants.yaml changed."""
    config = {**yaml.safe_load((RECIPE / "variants.yaml").read_text()), **changes}
    (folder / "variants.yaml").write_text(yaml.safe_dump(config))
    recipe = Stage0Recipe.from_file(RECIPE / "recipe.yaml")
    found = {}
    for rendered in recipe.render(VariantConfig.from_file(folder / "variants.yaml"), RENDER):
        found[rendered.variant["variant"]] = rendered
    return found


def test_rendered_as_the_manifest_says(tmp_path, manifest):
    rendered = _rendered(tmp_path)
    assert rendered.keys() == manifest.variants.keys()
    for name, variant in manifest.variants.items():
        recipe = rendered[name].recipe.to_dict()
        number = manifest.build_number + variant.bump
        assert recipe["package"] == {"name": manifest.name, "version": manifest.version}
        assert recipe["build"]["number"] == number
        assert recipe["build"]["string"] == f"{name}_{number}"
        text = json.dumps(recipe["requirements"])
        gate = f"{manifest.metapackage} >={variant.level}"
        assert (gate in text) == variant.gated
        assert manifest.metapackage in text or not variant.gated


def test_built_without_a_channel(tmp_path, manifest, monkeypatch):
    """The baseline with one target, which compiles in a fraction of the time."""
    needs_x86()
    monkeypatch.setenv("LANEWISE_HIGHWAY", str(ROOT / ".deps" / "highway"))
    rendered = _rendered(tmp_path, toolchain=["host"], targets=["SSE2"])
    result = rendered["baseline"].run_build(
        ToolConfiguration(test_strategy="native"), output_dir=str(tmp_path / "out"), channels=[],
        package_format="conda", no_build_id=True)
    path = next(p for p in map(str, result.packages) if p.endswith(".conda"))
    assert path.endswith(f"lanewise-{manifest.version}-baseline_{manifest.build_number}.conda")
    names = {member.name for archive, member in stream_conda_component(path, component="pkg")}
    assert {"bin/lanewise-probe", "lib/liblanewise.so", "include/lanewise/lanewise.h",
            "lib/cmake/lanewise/lanewise-config.cmake", "lib/pkgconfig/lanewise.pc"} <= names
