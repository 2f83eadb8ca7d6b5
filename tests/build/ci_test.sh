#!/usr/bin/env bash
# .ci/run: warnings are errors there and nowhere else, both halves run, and the last lines name the
# time that they took. With stand-ins for make, cmake and ctest.
#   tests/build/ci_test.sh SOURCE_DIR
set -euo pipefail
source=$(realpath "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { printf 'FAILED: %s\n' "$*" >&2; cat "$tmp/log" >&2; exit 1; }
unset CI LANEWISE_CI_BEGAN

mkdir -p "$tmp/tree/.ci" "$tmp/tree/tests" "$tmp/tree/build/release" "$tmp/bin"
cp "$source/.ci/run" "$tmp/tree/.ci/"
cp "$source/tests/run.sh" "$tmp/tree/tests/"
echo '#!/bin/sh' >"$tmp/tree/tests/verified.sh"
cat >"$tmp/bin/make" <<'END'
#!/bin/sh
echo "make $*"
exec tests/run.sh release
END
cat >"$tmp/bin/cmake" <<'END'
#!/bin/sh
echo "cmake $*" >>cmake.log
END
cat >"$tmp/bin/ctest" <<'END'
#!/bin/sh
echo "100% tests passed, 0 tests failed out of 3"
END
chmod +x "$tmp"/bin/* "$tmp/tree/tests/verified.sh"
PATH=$tmp/bin:$PATH

"$tmp/tree/.ci/run" >"$tmp/log" 2>&1 || fail ".ci/run failed"
[ "$(grep '^make ' "$tmp/log")" = $'make test\nmake test-all' ] || fail "not make test and make test-all"
[ "$(grep -c 'LANEWISE_WERROR=ON' "$tmp/tree/cmake.log")" = 2 ] || fail "warnings are no errors in CI"
grep -qE '^ *[0-9]+s of [0-9]+s for all of .ci/run$' "$tmp/log" || fail "the time is not held against its budget"
[ "$(tail -n 1 "$tmp/log")" = "3 passed, 0 failed" ] || fail "the last line has no counts"
# The second half counts the first one's time too.
: >"$tmp/tree/cmake.log"
(cd "$tmp/tree" && LANEWISE_CI_BEGAN=$(($(date +%s) - 1000)) tests/run.sh release) >"$tmp/log" 2>&1 || fail "run.sh"
grep -qE '^ *1[0-9]{3}s of ' "$tmp/log" || fail "the time is not that since .ci/run began"
! grep -q LANEWISE_WERROR "$tmp/tree/cmake.log" || fail "warnings are errors for everyone"
# Twice the budget is a failure.
! (cd "$tmp/tree" && LANEWISE_CI_BEGAN=$(($(date +%s) - 100000)) tests/run.sh release) >"$tmp/log" 2>&1 ||
  fail "any time is good enough"
[ "$(tail -n 1 "$tmp/log")" = "3 passed, 1 failed" ] || fail "the time is not counted"
echo "-- .ci/run makes warnings errors, and says how long it took"
