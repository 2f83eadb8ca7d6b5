"""`lanewise explain install --wheels`, and channels and wheels on a server."""

import functools
import http.server
import json
import threading

import pytest
from explain_channels import write_channel
from explain_cli import explain, levelled, refused, told  # noqa: F401
from explain_wheels import write_variants, write_wheel


@pytest.fixture
def wheels(tmp_path):
    folder = tmp_path / "wheels"
    write_variants(folder, "demo", "1.0", {
        "null": {}, "v3": {"x86_64": {"level": ["v3"]}}, "v4": {"x86_64": {"level": ["v4"]}},
        "cu13": {"nvidia": {"cuda_version_lower_bound": ["13.0"]}}})
    write_wheel(folder, "demo", "1.0")
    return folder


@pytest.mark.parametrize("machine, label", [
    ("k10", "null"), ("haswell", "v3"), ("zen4", "v4"), ("zen4_kvm_no_avx512dq", "v3"),
    ("h100", "cu13"), ("old_driver", "v4"), ("cuda_image_no_gpu", "v4"), ("graviton3", "null")])
def test_wheel_of_each_machine(explain, wheels, machine, label):
    data = told(explain, "demo", "--wheels", str(wheels), "--machine", machine, "--json")
    assert data["tools"]["uv"]["winner"]["label"] == label
    assert data["tools"]["uv"]["without_preview"]["file"] == "demo-1.0-py3-none-any.whl"


def test_text_of_wheels(explain, wheels):
    (wheels / "demo-1.0-py3.whl").write_text("")
    text = told(explain, "demo", "--wheels", str(wheels), "--machine", "zen4_kvm_no_avx512dq")
    assert "uv installs 1.0 v3 (demo-1.0-py3-none-any-v3.whl)" in text
    assert "because a variant with properties comes before the null variant" in text
    assert "pip, and uv without its preview of wheel variants: 1.0 ordinary" in text
    assert "needs x86_64 :: level :: v4; uv reports v3 here; the VM hides avx512dq" in text
    assert "needs nvidia :: cuda_version_lower_bound :: 13.0; uv sees no CUDA driver" in text
    assert "not a valid name" in text and "uv has no override for the CPU" in text


@pytest.mark.parametrize("page, label", [("", "v4"), ("/simple/", "v4"), ("/simple/demo/", "v4"),
                                         ("/json/", "v3"), ("/json/demo/", "v3")])
def test_wheels_on_a_page(explain, wheels, serve, page, label):
    data = told(explain, "demo", "--wheels", serve(wheels) + page, "--machine", "zen4", "--json")
    assert data["tools"]["uv"]["winner"]["label"] == label


class _Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/json/demo/":
            files = [{"filename": name, "url": f"/{name}", "requires-python": ">=3",
                      "yanked": name == "demo-1.0-py3-none-any-v4.whl"}
                     for name in sorted(entry.name for entry in self.server.folder.iterdir())]
            self.answer(json.dumps({"files": files, "name": "demo"}),
                        "application/vnd.pypi.simple.v1+json")
        elif self.path == "/simple/demo/":
            self.answer("".join(f'<a href="../../{entry.name}#sha256=0">{entry.name}</a>'
                                for entry in self.server.folder.iterdir()), "text/html")
        elif self.path in ("/simple/", "/json/"):
            self.answer('<a href="demo/">demo</a>', "text/html")
        else:
            super().do_GET()

    def answer(self, text, content_type):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def serve():
    servers = []

    def start(folder):
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(_Server, directory=str(folder)))
        server.folder = folder
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_channel_on_a_server(explain, tmp_path, serve):
    write_channel(tmp_path / "channel", levelled())
    data = told(explain, "demo", "--channel", serve(tmp_path / "channel"), "--machine", "zen4",
                "--json")
    assert data["tools"]["rattler"]["winner"]["build"] == "v4_400"


def test_wheels_with_bad_names(explain, tmp_path):
    for name in ("demo-1.0.whl", "demo-one-py3-none-any.whl", "demo-1.0-py3-none-any-V3.whl"):
        (tmp_path / name).write_text("")
    error = refused(explain, "demo", "--wheels", str(tmp_path))
    assert error.count("not a valid name") == 3 and "'V3' is not of 0-9 a-z _ ." in error


def test_invalid_variants_file(explain, wheels):
    (wheels / "demo-1.0-variants.json").write_text("{")
    data = told(explain, "demo", "--wheels", str(wheels), "--machine", "zen4", "--json")
    assert data["tools"]["uv"]["winner"] is None
    assert all("uv refuses this version: variants file" in entry["reason"]["words"]
               for entry in data["tools"]["uv"]["candidates"])
    assert data["tools"]["uv"]["without_preview"]["label"] == ""


def test_unreadable_wheel(explain, wheels):
    (wheels / "demo-1.0-py3-none-any-v4.whl").write_bytes(b"PK")
    text = told(explain, "demo", "--wheels", str(wheels), "--machine", "zen4")
    assert "cannot be read" in text and "uv finds no wheel that fits" in text
