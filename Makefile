# For users
#   make demo       set up, build, show this machine, run the example and the comparison table
#   make test       set up and run the tests that everyone should see pass (about 10 minutes)
#   make python     an environment in .venv with lanewise, notebook and benchmark, ready to use
#   make install PREFIX=DIR    build and install; make uninstall takes the same files away again
#   make bench      the benchmark table, side by side with every peer found here
# For those who change or package lanewise
#   make test-all   the rest: Clang, sanitizers, AArch64, GPU code, older NumPy, packages, a bare machine
#   make test-long  everything, also what is too long for CI; writes tests/verified.txt
#   make cuda       the GPU plugin (needs nvcc), and checks of its compiled code
#   make gpu-check  on a machine with a GPU: same bits as the CPU, and speed
#   make packages OUT=DIR [VARIANTS="baseline v3 v4 cuda13"]    conda channel and wheels
#   make format     clang-format over the tree

PREFIX ?= /usr/local
VENV   ?= .venv
BUILD  := build/demo

.PHONY: demo test test-all test-long python bench cuda gpu-check install uninstall packages format clean

demo:
	dev/setup.sh core demo
	@cmake --preset demo
	@cmake --build $(BUILD) --target lanewise-probe atmosphere bench lanewise_tbb
	@echo; echo "== This machine"; $(BUILD)/out/lanewise-probe
	@echo; echo "== Worked example: a global quarter-degree grid"; $(BUILD)/out/atmosphere
	@echo; echo "== Best target against what people have"; $(BUILD)/out/bench --demo

test:
	dev/setup.sh core test emulate bench python packages
	tests/run.sh test

test-all:
	dev/setup.sh core test emulate aarch64 bench python packages bare format clang
	tests/run.sh all

test-long:
	dev/setup.sh core test emulate aarch64 bench python packages bare format clang
	tests/run.sh long

# pip, not this file, knows what Python packages are missing; all of them go into the environment.
python:
	dev/setup.sh core python
	@[ -x $(VENV)/bin/python ] || python3 -m venv $(VENV)
	$(VENV)/bin/pip install --disable-pip-version-check -q '.[bench,explain,examples]' notebook
	@$(VENV)/bin/lanewise show
	@echo; printf '%s\n' \
	  "lanewise is ready in $(VENV):" \
	  "  . $(VENV)/bin/activate                         # for this shell; then" \
	  "  python script.py                              # import lanewise as lw" \
	  "  lanewise run script.py                        # NumPy's own functions run on lanewise" \
	  "  lanewise bench --quick                        # this machine, beside NumPy" \
	  "  jupyter notebook examples/atmosphere.ipynb    # a notebook to begin with"

bench:
	dev/setup.sh core demo bench
	@cmake --preset demo
	@cmake --build $(BUILD) --target bench
	$(BUILD)/out/bench $(BENCH_ARGS)

cuda:
	dev/setup.sh core
	tests/gpu_build/check_compiled.sh $(CUDA_ARCHITECTURES)

gpu-check:
	tests/gpu_build/check.sh $(GPU_CHECK_ARGS)

# Nothing but this: where something is missing, CMake says what. CMAKE_ARGS go to CMake.
install:
	cmake --preset install -DCMAKE_INSTALL_PREFIX=$(PREFIX) $(CMAKE_ARGS)
	cmake --build build/install
	cmake --install build/install

uninstall:
	cmake --build build/install --target uninstall

packages:
	dev/setup.sh core packages
	packaging/packages.sh --out $(or $(OUT),$(error make packages needs OUT=DIR)) \
	  $(if $(VARIANTS),--variants $(VARIANTS))

format:
	git ls-files '*.h' '*.hpp' '*.cc' '*.cpp' '*.c' | xargs clang-format -i

clean:
	rm -rf build
