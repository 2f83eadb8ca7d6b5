#!/usr/bin/env bash
# The build script of recipe.yaml; the recipe's variant keys are in the environment.
set -euo pipefail

cmake -S "$SRC_DIR" -B build -G Ninja \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" -DCMAKE_INSTALL_LIBDIR=lib \
  -DLANEWISE_BASELINE="${variant/baseline/v1}" -DLANEWISE_TARGETS="$LANEWISE_TARGETS" \
  -DLANEWISE_BUILD_TESTS=OFF -DLANEWISE_BUILD_EXAMPLES=OFF \
  ${LANEWISE_HIGHWAY:+-DLANEWISE_HIGHWAY="$LANEWISE_HIGHWAY"}
cmake --build build --parallel "${CPU_COUNT:-1}"
cmake --install build --strip
