#!/usr/bin/env bash
# Builds the GPU plugin in build/cuda and checks the compiled code; needs nvcc, no GPU.
# Architectures as arguments (75 90), default: those of a release.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v nvcc >/dev/null && [ ! -x /usr/local/cuda/bin/nvcc ]; then
  echo "nvcc was not found: install the CUDA 13 toolkit, or put it in PATH" >&2
  exit 1
fi
command -v nvcc >/dev/null || PATH=$PATH:/usr/local/cuda/bin
architectures=$(IFS=';'; echo "$*")
cmake --preset cuda -Wno-dev ${architectures:+"-DLANEWISE_CUDA_ARCHITECTURES=$architectures"}
cmake --build build/cuda
ctest --test-dir build/cuda -L gpu --output-on-failure
ls -l build/cuda/out/liblanewise_cuda13.so.*
