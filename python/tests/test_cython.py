"""lanewise/__init__.pxd: in step with the C headers, and used by a real extension."""

import os
import re
import subprocess
import sys

import numpy as np

import lanewise
from clib import same_bits

PXD = os.path.join(os.path.dirname(lanewise.__file__), "__init__.pxd")
HEADERS = [os.path.join(lanewise.get_include(), "lanewise", name) for name in ("lanewise.h", "kernels.h")]


def words(text):
    return re.sub(r"\s+", " ", text).strip().replace("(void)", "()")


def header():
    """Functions, enums, structs, loop type and limits of the headers, as text."""
    text = ""
    for header in HEADERS:
        with open(header) as file:
            text += re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)

    def found(pattern):
        return re.findall(pattern, text, re.DOTALL | re.MULTILINE)

    enums = {name: [words(item).split(" =")[0] for item in body.split(",") if item.strip()]
             for name, body in found(r"^typedef enum (\w+)[^{]*\{(.*?)\}")}
    structs = {name: [words(item) for item in body.split(";") if item.strip()]
               for name, body in found(r"^typedef struct (\w+) \{(.*?)\}")}
    return {
        "functions": [words(item) for item in found(r"^LW_API (.*?);")],
        "enums": enums,
        "structs": structs,
        "types": [words(item) for item in found(r"^typedef (void \(\*.*?);")],
        "limits": found(r"^#define (LW_(?:VERSION|MAX)_\w+) \d"),
    }


def pxd():
    """The same of the .pxd, whose declarations are those of C."""
    with open(PXD) as file:
        text = file.read().split(" nogil:\n", 1)[1]
    text = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r",\n\s+", ", ", text).replace("* in_,", "* in,")
    declarations = {"functions": [], "enums": {}, "structs": {}, "types": [], "limits": []}
    for line in filter(None, text.split("\n")):
        item = words(line)
        if line.startswith("        "):
            members.append(item)
        elif item == "enum:":
            members = declarations["limits"]
        elif match := re.fullmatch(r"ctypedef (enum|struct) (\w+):", item):
            members = declarations[match[1] + "s"].setdefault(match[2], [])
        elif item.startswith("ctypedef "):
            declarations["types"].append(item.removeprefix("ctypedef "))
        else:
            declarations["functions"].append(item)
    return declarations


def test_declarations_are_those_of_the_header():
    ours, theirs = pxd(), header()
    assert len(theirs["functions"]) > 80
    for kind in theirs:
        assert ours[kind] == theirs[kind], kind


SOURCE = """
# cython: language_level=3
from lanewise cimport (
    LW_ADD, LW_F64, LW_MAX_OPERANDS, LW_OK, LW_SUM, lw_call, lw_dtype, lw_exp_f64, lw_find_loop,
    lw_last_error, lw_loop, lw_operand, lw_reduce, lw_call_options, lw_sum_f64, lw_view)
from libc.stdint cimport int64_t, intptr_t


cdef int check(int status) except -1:
    if status != LW_OK:
        raise ValueError(lw_last_error().decode())
    return 0


def exp(double[::1] x, double[::1] out):
    cdef int status
    with nogil:
        status = lw_exp_f64(x.shape[0], &x[0], &out[0])
    check(status)


def total(double[::1] x):
    cdef double result
    check(lw_sum_f64(x.shape[0], &x[0], &result))
    return result


def add(double[:] x, double[:] y, double[:] out):
    cdef lw_dtype dtypes[LW_MAX_OPERANDS]
    cdef lw_operand operands[LW_MAX_OPERANDS]
    dtypes[0] = dtypes[1] = dtypes[2] = LW_F64
    operands[0] = lw_operand(&x[0], x.strides[0])
    operands[1] = lw_operand(&y[0], y.strides[0])
    operands[2] = lw_operand(&out[0], out.strides[0])
    check(lw_call(LW_ADD, dtypes, operands, x.shape[0], NULL))


def add_by_loop(double[:] x, double[:] y, double[:] out):
    cdef lw_dtype dtypes[3]
    cdef lw_loop loop
    cdef void* context
    cdef char* data[3]
    cdef intptr_t n = x.shape[0]
    cdef intptr_t steps[3]
    dtypes[0] = dtypes[1] = dtypes[2] = LW_F64
    check(lw_find_loop(LW_ADD, dtypes, &loop, &context))
    data[0], data[1], data[2] = <char*>&x[0], <char*>&y[0], <char*>&out[0]
    steps[0], steps[1], steps[2] = x.strides[0], y.strides[0], out.strides[0]
    loop(data, &n, steps, context)


def column_sums(double[:, :] x, double[:] out):
    cdef int64_t shape[2]
    cdef int64_t strides[2]
    cdef int64_t out_shape = out.shape[0], out_stride = out.strides[0]
    cdef lw_view source, target
    cdef lw_call_options options
    shape[0], shape[1] = x.shape[0], x.shape[1]
    strides[0], strides[1] = x.strides[0], x.strides[1]
    source = lw_view(&x[0, 0], 2, &shape[0], &strides[0])
    target = lw_view(&out[0], 1, &out_shape, &out_stride)
    options = lw_call_options(sizeof(lw_call_options), 0, 0, 0, 0, 0)
    check(lw_reduce(LW_SUM, LW_F64, &source, 1, &target, &options))
"""

SETUP = """
import lanewise
from Cython.Build import cythonize
from setuptools import Extension, setup

library = lanewise.get_library_dir()
setup(name="uses_lanewise", ext_modules=cythonize([Extension(
    "uses_lanewise", ["uses_lanewise.pyx"], include_dirs=[lanewise.get_include()],
    library_dirs=[library], runtime_library_dirs=[library], libraries=["lanewise"],
    extra_compile_args=["-O1", "-Werror=incompatible-pointer-types"])]))
"""


def build(folder, source, monkeypatch):
    """Compiles the source as the extension module uses_lanewise and makes it importable."""
    (folder / "uses_lanewise.pyx").write_text(source)
    (folder / "setup.py").write_text(SETUP)
    result = subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
                            cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    monkeypatch.delitem(sys.modules, "uses_lanewise", raising=False)
    monkeypatch.syspath_prepend(str(folder))


def test_the_example_of_the_page_on_linking(tmp_path, monkeypatch):
    page = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "linking.md")
    with open(page) as file:
        source, = re.findall(r"```cython\n(.*?)```", file.read(), re.DOTALL)
    build(tmp_path, source, monkeypatch)
    import uses_lanewise

    x, out = np.linspace(-2, 3, 5001), np.zeros(2501)
    uses_lanewise.scale(x[::-2], 1.5, out)
    assert same_bits(out, x[::-2] * 1.5)
    table, sums = np.asfortranarray(x[:5000].reshape(50, 100)), np.empty(100)
    uses_lanewise.column_sums(table, sums)
    assert same_bits(sums, lanewise.sum(table, axis=0))


def test_an_extension_is_built_and_runs(tmp_path, monkeypatch):
    build(tmp_path, SOURCE, monkeypatch)
    import uses_lanewise

    x = np.linspace(-2, 3, 5001)
    out = np.empty_like(x)
    uses_lanewise.exp(x, out)
    assert same_bits(out, lanewise.exp(x))
    assert uses_lanewise.total(x) == lanewise.sum(x)
    for function in (uses_lanewise.add, uses_lanewise.add_by_loop):
        function(x[::2], x[::-2], out[:2501])
        assert same_bits(out[:2501], lanewise.add(x[::2], x[::-2]))
    table = np.asfortranarray(x[:5000].reshape(50, 100))
    sums = np.empty(100)
    uses_lanewise.column_sums(table, sums)
    assert same_bits(sums, lanewise.sum(table, axis=0))
    try:
        uses_lanewise.exp(x[:-1], x[1:])
    except ValueError as error:
        assert "overlap" in str(error)
    else:
        raise AssertionError("overlapping arrays were not refused")
