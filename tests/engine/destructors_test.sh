#!/usr/bin/env bash
# No static or thread-local object of the library is ever destroyed: a call may come later still.
#   destructors_test.sh OBJECT...
set -u
failed=0
for object; do
  if nm -u "$object" | grep -E '__cxa_(thread_)?atexit(_impl)?$'; then
    echo "FAILED: $object registers a destructor"
    failed=1
  fi
done
echo "$# objects looked at"
[ $# -gt 20 ] && exit $failed
