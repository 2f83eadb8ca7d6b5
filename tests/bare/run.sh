#!/usr/bin/env bash
# README's commands on machines that have nothing: made by debootstrap, with git and make, a fresh
# clone of the last commit and the commands as they stand in the page. The last line has the counts.
#
#   tests/bare/run.sh [CASE]...      (default: demo)     LANEWISE_BARE=skip leaves all of it out
#
#   demo        Debian 12, one-line sources, root: make demo; pip install . and README's lines of Python
#   nosudo      an unprivileged user without sudo: a message that lists the packages
#   sudo        an unprivileged user with sudo: make demo, make python, make install
#   pages       every command of README, CONTRIBUTING and docs/*.md
#   test        Debian 12, deb822 sources: make test
#   test13      Debian 13: make test
set -euo pipefail
cd "$(dirname "$0")/../.."
bare_work=${LANEWISE_BARE_DIR:-/var/tmp/lanewise-bare-$$}
. tests/bare/root.sh
. tests/bare/pages.sh

start=$SECONDS passed=0 failed=0
declare -A budget=([demo]=540)  # seconds that a case should take on two cores
say() { printf '\n== [%4ds] bare machine: %s\n' $((SECONDS - start)) "$*"; }
block() { python3 tests/bare/page_blocks.py "$@"; }

if [ "${LANEWISE_BARE:-}" = skip ]; then
  echo "bare machine: skipped, as LANEWISE_BARE asks"
  printf '\n0 passed, 0 failed\n'
  exit 0
fi
bare_possible || { echo "(LANEWISE_BARE=skip leaves this stage out)"; printf '\n0 passed, 1 failed\n'; exit 1; }
mkdir -p "$bare_work"
# Made anew each time, unless a folder to keep was named.
[ -n "${LANEWISE_BARE_DIR:-}" ] || trap 'rm -rf "$bare_work"' EXIT

root=$bare_work/root
# machine SUITE STYLE [PACKAGE]...: a new one in $root, with a clone for its root.
machine() {
  local suite=$1 style=$2
  shift 2
  bare_make "$root" "$suite" "$style"
  bare_clone "$root" root
  [ $# -eq 0 ] || bare_run "$root" root "apt-get -qq update && apt-get -qq -y install $*" 2>&1 | tail -n 3
}
# run USER COMMAND: shown as it goes, timed.
run() {
  local began=$SECONDS
  printf -- '-- %s$ %s\n' "$1" "$2"
  bare_run "$root" "$1" "$2" || { printf 'FAILED: %s\n' "$2"; return 1; }
  printf -- '-- %ds\n' $((SECONDS - began))
}
user() { chroot "$root" useradd --create-home --shell /bin/bash "$1"; bare_clone "$root" "$1"; }

case_demo() {
  machine bookworm one-line
  # So that the test is about a machine without them.
  for program in python3 g++ cmake curl; do
    ! chroot "$root" which "$program" >/dev/null || { echo "FAILED: $program is there already"; return 1; }
  done
  run root "$(block README.md --name demo)"
  run root "$(block README.md --name pip)"
  block README.md --language python --name use >"$root/tmp/use.py"
  run root "env/bin/python /tmp/use.py"
}

case_nosudo() {
  machine bookworm one-line
  user someone
  local said
  ! said=$(bare_run "$root" someone "make demo" 2>&1) || { echo "FAILED: make demo passed"; return 1; }
  echo "$said"
  grep -q 'apt-get install .*g++.*cmake.*libtbb-dev' <<<"$said"
}

case_sudo() {
  machine bookworm one-line sudo
  user someone
  echo 'someone ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/someone"
  run someone "$(block README.md --name demo)"
  run someone "make python"
  run someone "make install PREFIX=\$HOME/.local && lanewise-probe --selftest && make uninstall"
}

case_pages() {
  machine bookworm deb822
  run root "make demo && make install && make python"
  each_page "$root/tmp/page.sh" run root "bash -ex /tmp/page.sh"
}

case_test() { machine bookworm deb822; run root "$(block README.md --name test)"; }
case_test13() { machine trixie deb822; run root "make demo && make test"; }

[ $# -gt 0 ] || set -- demo
for name in "$@"; do
  declare -F "case_$name" >/dev/null || { echo "tests/bare/run.sh: there is no case $name" >&2; exit 2; }
done
times=()
for name in "$@"; do
  say "$name"
  began=$SECONDS
  # A process of its own: in an "if", set -e would be off.
  set +e
  (set -e; "case_$name")
  rc=$?
  set -e
  if [ $rc -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  say "$name: $([ $rc -eq 0 ] && echo passed || echo FAILED)"
  times+=("$(printf '%5ds%s  %s' $((SECONDS - began)) "${budget[$name]:+ of ${budget[$name]}s}" "$name")")
done
printf '\n'
printf '%s\n' "${times[@]}"
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
