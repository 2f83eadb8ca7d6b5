# make demo       set up, build, show this machine, run the example and the comparison table
# make test       set up and run all tests (CI runs the same)
# make test-long  what is too long for CI; writes tests/verified.txt
# make bench      the benchmark table, side by side with every peer found here
# make cuda       the GPU plugin (needs nvcc), and checks of its compiled code
# make gpu-check  on a machine with a GPU: same bits as the CPU, and speed
# make install PREFIX=DIR
# make packages OUT=DIR [VARIANTS="baseline v3 v4 cuda13"]    conda channel and wheels
# make format     clang-format over the tree

PREFIX ?= /usr/local
BUILD  := build/release

.PHONY: demo test test-long bench cuda gpu-check install packages build format clean

demo:
	tools/setup.sh core bench
	@$(MAKE) --no-print-directory build
	@echo; echo "== This machine"; $(BUILD)/out/lanewise-probe
	@echo; echo "== Worked example: a global quarter-degree grid"; $(BUILD)/out/atmosphere
	@echo; echo "== Best target against baseline"; $(BUILD)/out/bench --demo

build: $(BUILD)/build.ninja
	@cmake --build $(BUILD)

$(BUILD)/build.ninja:
	cmake --preset release

test:
	tools/setup.sh core test emulate aarch64 bench python packages
	tests/run.sh

test-long:
	tools/setup.sh core test emulate aarch64 bench python packages
	tests/run.sh --long

bench:
	tools/setup.sh core bench
	@$(MAKE) --no-print-directory build
	$(BUILD)/out/bench $(BENCH_ARGS)

cuda:
	tools/setup.sh core
	gpu/check_compiled.sh $(CUDA_ARCHITECTURES)

gpu-check:
	gpu/check.sh $(GPU_CHECK_ARGS)

install:
	tools/setup.sh core
	cmake --preset release -DLANEWISE_BUILD_TESTS=OFF -DLANEWISE_BUILD_BENCHMARKS=OFF \
	      -DLANEWISE_BUILD_EXAMPLES=OFF -B build/install -DCMAKE_INSTALL_PREFIX=$(PREFIX)
	cmake --build build/install
	cmake --install build/install

packages:
	tools/setup.sh core packages
	packaging/packages.sh --out $(or $(OUT),$(error make packages needs OUT=DIR)) \
	  $(if $(VARIANTS),--variants $(VARIANTS))

format:
	git ls-files '*.h' '*.hpp' '*.cc' '*.cpp' '*.c' | xargs clang-format -i

clean:
	rm -rf build
