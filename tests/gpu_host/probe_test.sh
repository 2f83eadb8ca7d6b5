#!/usr/bin/env bash
# lanewise-probe about GPUs: with the real library here, and with fakes of driver and plugin.
#   tests/gpu_host/probe_test.sh PROBE FAKES
# FAKES: the folder of the fake modules, with the test library in lib/.
set -euo pipefail
probe=$1 fakes=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
expect() { grep -qF -e "$1" <<<"$2" || fail "no \"$1\" in: $2"; }
json() { python3 -c 'import json,sys; v = json.load(sys.stdin)
for key in sys.argv[1:]: v = v[int(key) if isinstance(v, list) else key]
print(v)' "$@"; }

# Whatever this machine has, there is a state and, unless all is well, a reason.
unset LANEWISE_GPU CUDA_VISIBLE_DEVICES
state=$("$probe" --json --gpu | json gpu state)
reason=$("$probe" --json --gpu | json gpu reason)
[ "$state" = ready ] || [ -n "$reason" ] || fail "state $state without a reason"
[ "$state" != not_asked ] || fail "--gpu did not ask"
expect "GPU         $state" "$("$probe" --gpu)"
expect "off: LANEWISE_GPU=off" "$(LANEWISE_GPU=off "$probe")"
[ "$(LANEWISE_GPU=off "$probe" --json | json gpu state)" = off ] || fail "LANEWISE_GPU=off in JSON"
expect "CUDA      unsupported: LANEWISE_GPU=off" "$(LANEWISE_GPU=off "$probe" --explain exp f32)"
expect "LANEWISE_GPU_TIMEOUT_MS=soon is no number" "$(LANEWISE_GPU_TIMEOUT_MS=soon "$probe" --json)"
# The real library takes no orders from the tests' variables.
mkdir -p "$tmp/dev"
touch "$tmp/dev/nvidiactl"
export LW_TEST_GPU_ROOT=$tmp LW_TEST_GPU_DRIVER=$fakes/libfake_driver.so
[ "$("$probe" --json --gpu | json gpu state)" = "$state" ] || fail "the library can be redirected"

export LD_LIBRARY_PATH=$fakes/lib FAKE_CUDA_COUNT=2 FAKE_CUDA_CC=90,61
[ "$("$probe" --json | json gpu state)" = not_asked ] || fail "the driver was asked without --gpu"
[ "$("$probe" --json | json gpu driver)" = 13.0 ] || fail "driver's version"
expect "not_asked: a driver for CUDA 13.0 is there" "$("$probe")"
# No plugin: devices are known all the same.
expect "no_plugin: the GPU plugin does not load: " "$("$probe" --gpu)"
expect "device 0    Fake GPU, compute capability 9.0" "$("$probe" --gpu)"

export LW_TEST_GPU_PLUGIN=$fakes/libfake_plugin.so
expect "GPU         ready" "$("$probe" --gpu)"
expect "plugin      $fakes/libfake_plugin.so (lanewise 0.1.0, no CUDA, a fake; code for 7.5 8.0 9.0)" \
  "$("$probe" --gpu)"
report=$("$probe" --gpu --json)
[ "$(json gpu devices 1 compute_capability <<<"$report")" = 6.1 ] || fail "device 1"
[ "$(json gpu devices 1 usable <<<"$report")" = False ] || fail "device 1 is too old"
[ "$(json gpu devices 0 usable <<<"$report")" = True ] || fail "device 0"
[ "$(json gpu plugin ptx <<<"$report")" = None ] || fail "plugin"
expect "CUDA      on device arrays" "$("$probe" --gpu --explain exp f32)"
expect "CUDA      not asked" "$("$probe" --explain exp f32)"
expect "refused_plugin: " \
  "$(LW_TEST_GPU_PLUGIN=$fakes/libplugin_wrong_abi.so "$probe" --gpu)"
echo passed
