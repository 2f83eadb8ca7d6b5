#!/usr/bin/env bash
# The threading module is loaded from the folder of the library, or of the program that it is linked
# into, and from nowhere else, whatever the working directory, argv[0] and LD_LIBRARY_PATH say.
#   module_test.sh OUT MODULE NOISY OTHER
# OUT has module_static and module_shared (tests/engine/module_program.c) beside MODULE, a file name; NOISY
# and OTHER are files that pretend to be the module (tests/engine/module_other.c).
set -eu
out=$(realpath "$1") module=$2 noisy=$(realpath "$3") other=$(realpath "$4")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
evil=$scratch/evil
mkdir "$evil"
cp "$noisy" "$evil/$module"
export LANEWISE_THREADS=2
cpus=$(nproc)
failed=0

# expect PATTERN NAME COMMAND...
expect() {
  local pattern=$1 name=$2 text
  shift 2
  text=$("$@" 2>&1) || text="status $?: $text"
  if [[ $text == *ELSEWHERE* || $text != $pattern ]]; then
    printf 'FAILED: %s\n%s\n' "$name" "$text"
    failed=1
  else
    echo "ok: $name"
  fi
}
threads='threads 2*'
[ "$cpus" -ge 2 ] || threads='threads 1*'
serial='threads 1*'
within() { (cd "$1" && shift && "$@"); }
as() { (exec -a "$1" "${@:2}"); }

for kind in static shared; do
  program=$out/module_$kind
  expect "$threads" "$kind: at home" "$program"
  expect "$threads" "$kind: in a foreign folder" within "$evil" "$program"
  expect "$threads" "$kind: which it changes to" "$program" "$evil"
  expect "$threads" "$kind: called ./$kind" within "$evil" as "./$kind" "$program"
  expect "$threads" "$kind: called by a foreign absolute path" as "$evil/$kind" "$program"
  expect "$threads" "$kind: found through PATH" within "$evil" env PATH="$out:$PATH" "module_$kind"
  ln -sf "$program" "$evil/$kind"
  expect "$threads" "$kind: through a link in a foreign folder" "$evil/$kind"
  expect "$threads" "$kind: by a relative path" within "$out" "./module_$kind" "$evil"
done
expect "$threads" "shared: LD_LIBRARY_PATH=." \
  within "$out" env LD_LIBRARY_PATH=. ./module_shared "$evil"
expect "$threads" "shared: LD_LIBRARY_PATH with a foreign folder first" \
  env LD_LIBRARY_PATH="$evil:$out" "$out/module_shared"

alone=$scratch/alone
mkdir "$alone"
cp "$out/module_static" "$alone/"
expect "$serial*cannot open*" "static: without a module beside it" within "$evil" "$alone/module_static"
cp -L "$out/$module" "$alone/"
# oneTBB must be found from there too; the copy has the module's own run path.
expect "threads*" "static: its own file deleted" "$alone/module_static" "$evil" delete
cp "$out/module_static" "$alone/"
cp "$other" "$alone/$module"
[ "$cpus" -lt 2 ] ||
  expect "$serial*is of lanewise 9.9.9*" "static: a module of another release" "$alone/module_static"
exit $failed
