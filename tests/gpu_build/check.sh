#!/usr/bin/env bash
# make gpu-check: proves on a machine with a GPU that the plugin gives the library's bits, and
# measures it. Needs nvcc 13, CMake and Ninja, no network: Highway's headers come with the checkout
# (dev/setup.sh core, or LANEWISE_HIGHWAY). Python with CuPy and PyTorch adds their speed,
# compute-sanitizer its findings. Writes benchmarks/results/<date>-<gpu>.json.
# Options: --quick leaves out the exhaustive runs and measures 2^24 elements.
# Exits with 3 and says why if there is no usable GPU.
set -euo pipefail
cd "$(dirname "$0")/../.."

quick=no
[ "${1:-}" = --quick ] && quick=yes

no_gpu() { echo "no GPU: $*" >&2; exit 3; }
command -v nvidia-smi >/dev/null || no_gpu "nvidia-smi is not here, so no driver is installed"
gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader --id=0 2>&1) || no_gpu "$gpu"
driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader --id=0)
architecture=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader --id=0 | tr -d .)
command -v nvcc >/dev/null || PATH=$PATH:/usr/local/cuda/bin
command -v nvcc >/dev/null || { echo "nvcc was not found: install the CUDA 13 toolkit" >&2; exit 1; }

build=build/gpu-check
echo "== $gpu, driver $driver: building for compute capability $architecture"
threads=ON
[ -e /usr/include/tbb/version.h ] || [ -e /usr/include/oneapi/tbb/version.h ] || threads=OFF
cmake --preset cuda -B $build -Wno-dev -DLANEWISE_CUDA_ARCHITECTURES="$architecture" \
      -DLANEWISE_CUDA_CHECK=ON -DLANEWISE_WERROR=OFF -DLANEWISE_THREADS=$threads \
      >$build.log 2>&1 || { cat $build.log; exit 1; }
cmake --build $build
ctest --test-dir $build -L gpu --output-on-failure

failed=0
run() { # NAME COMMAND...: its last line becomes a field of the result
  local name=$1 text rc=0
  shift
  echo "== $name"
  text=$("$@" 2>&1) || rc=$?
  echo "$text" | tail -n 40
  [ $rc -eq 0 ] || failed=1
  printf '%s\t%s\t%s\n' "$name" "$rc" "$(echo "$text" | tail -n 1)" >>$build/checks.tsv
}
rm -f $build/checks.tsv
run golden $build/out/gpu_check golden tests/golden
run small $build/out/gpu_check small
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do
    run "compute-sanitizer $tool" compute-sanitizer --tool $tool --error-exitcode 9 \
        $build/out/gpu_check small
  done
else
  printf 'compute-sanitizer\t-\tnot found\n' >>$build/checks.tsv
fi
size=28
if [ $quick = yes ]; then size=24; else run exhaustive $build/out/gpu_check exhaustive; fi

echo "== speed, 2^$size elements"
$build/out/gpu_bench $size | tee $build/bench.json
echo "== speed of CuPy and PyTorch"
python3 benchmarks/gpu/bench_peers.py $size >$build/peers.json || echo '[]' >$build/peers.json

result=benchmarks/results/$(date -u +%Y-%m-%d)-$(echo "$gpu" | tr 'A-Z ' 'a-z-').json
GPU=$gpu DRIVER=$driver COMMIT=$(git rev-parse HEAD 2>/dev/null || echo unknown) \
  python3 benchmarks/gpu/collect_results.py $build "$result"
[ $failed -eq 0 ] && echo "all checks passed: $result"
exit $failed
