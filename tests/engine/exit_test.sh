#!/usr/bin/env bash
# Calls at the end of a process neither hang nor crash: exit_test.sh PROGRAM (tests/engine/exit_program.cc)
set -u
program=$1
failed=0
check() {  # MODE RUNS
  local bad=0 rc
  for ((i = 0; i < $2; i++)); do
    # Less than the library's patience with calls that do not end.
    timeout 9 "$program" "$1"
    rc=$?
    [ $rc = 0 ] || { bad=$((bad + 1)); echo "$1: status $rc (124: hung)"; }
  done
  echo "$1: $bad of $2 runs failed"
  [ $bad = 0 ] || failed=1
}
check atexit 5
check destructor 5
check threads 30
check both 30
check busy 5
check fork 5
exit $failed
