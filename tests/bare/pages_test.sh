#!/usr/bin/env bash
# Every command in the pages stands in a block that the bare machine runs, or that says why not, and
# every file that they name exists; and what looks for that notices pages where it is not so.
#   tests/bare/pages_test.sh SOURCE_DIR
# shellcheck disable=SC2016
set -euo pipefail
cd "$1"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
. tests/bare/pages.sh

all=("${pages[@]}" CHANGELOG.md docs/notes/*.md tests/*/README.md)
python3 tests/bare/page_blocks.py --check "${all[@]}"
python3 tests/bare/page_paths.py "${all[@]}"

# refused WHY TEXT: --check complains of a page, in these words.
refused() {
  printf '%b' "$2" >"$tmp/page.md"
  ! said=$(python3 tests/bare/page_blocks.py --check "$tmp/page.md") || fail "not noticed: $2"
  grep -qF -- "$1" <<<"$said" || fail "of $2 it says only: $said"
}
accepted() {
  printf '%b' "$1" >"$tmp/page.md"
  said=$(python3 tests/bare/page_blocks.py --check "$tmp/page.md") || fail "$said"
}
refused "a block has a language" 'Text.\n```\nmake foo\n```\n'
refused "a block has a language" '```\n$ lanewise show\nthis machine\n```\n'
refused "page.md:2: commands are" 'Text.\n```text\nmake foo\n```\n'
refused "commands are" '```text\n  $ tests/run.sh test\n```\n'
refused "a block of commands is" '```bash\nmake foo\n```\n'
refused "have no prompt" '```sh\n$ make foo\n```\n'
refused "says why it is not run" '```console\n$ make foo\ndone\n```\n'
refused "begins with its command" '<!-- not run: a session -->\n```console\nmake foo\n```\n'
refused "commands stand in" 'Text:\n\n    make foo\n'
refused "not in the line before" '<!-- not run: needs a GPU -->\n\n```sh\nmake foo\n```\n'
refused "wants words" '<!-- not run: -->\n```sh\nmake foo\n```\n'
refused "in the first column" '- item\n  ```sh\n  make foo\n  ```\n'
refused "in the first column" '```sh title\nmake foo\n```\n'
refused "does not end" '```sh\nmake foo\n'
accepted '```sh\nmake foo\n```\n<!-- not run: needs a GPU -->\n```sh\nmake foo\n```\n'
accepted '<!-- not run: a session -->\n```console\n$ make foo\ndone\n```\n```text\nmachine  level\n```\n'
echo "-- commands outside of blocks that are run are noticed"

# script STATUS TEXT: what page_script makes of a page.
script() {
  local rc=0
  printf '%b' "$2" >"$tmp/page.md"
  page_script "$tmp/page.md" >"$tmp/page.sh" 2>"$tmp/log" || rc=$?
  [ $rc -eq "$1" ] || fail "status $rc instead of $1: $2: $(cat "$tmp/log")"
}
script 0 '```sh\nmake foo\n```\n```sh\nmake bar\n```\n<!-- not run: long -->\n```sh\nmake baz\n```\n'
[ "$(tail -n +2 "$tmp/page.sh")" = $'make foo\n\nmake bar' ] || fail "the script is $(cat "$tmp/page.sh")"
script 3 'No commands.\n```c\nint x;\n```\n'
script 1 '<!-- not run: long -->\n```sh\nmake foo\n```\n'
script 1 '\xff'  # no UTF-8: page_blocks.py fails
pages_of_none+=("$tmp/page.md")
script 3 '<!-- not run: long -->\n```sh\nmake foo\n```\n'
script 1 '```sh\nmake foo\n```\n'
script 1 'No commands.\n'
script 1 '\xff'
echo "-- a page that is not run is no success"

ran=()
take() { ran+=("$page"); }
each_page "$tmp/page.sh" take
[[ " ${ran[*]} " = *" README.md "*" docs/python.md "* ]] || fail "only these pages are run: ${ran[*]}"
list=${ran[*]}
! each_page "$tmp/page.sh" false || fail "a page whose commands fail is no failure"
pages+=("$tmp/page.md")
! each_page "$tmp/page.sh" take 2>"$tmp/log" || fail "a page without a script is no failure"
echo "-- run: $list"

# named STATUS TEXT: whether page_paths.py finds all that a page names.
named() {
  local rc=0
  printf '%b\n' "$2" >"$tmp/page.md"
  said=$(python3 tests/bare/page_paths.py "$tmp/page.md") || rc=$?
  [ $rc -eq "$1" ] || fail "status $rc instead of $1: $2: $said"
}
named 0 'See `tests/run.sh`, tests/, `gpu/session.*`, `kernels/<room>/<family>-inl.h`, `gpu/{loader,driver}.h`.'
named 0 '`map.cu`, `lanewise/lanewise.h`, `build/x.cc`, /dev/null, https://host/tests/none.sh, `a/b`, and/or.'
for name in tests/none.sh none.cc none/map.cu 'gpu/none.*' 'kernels/<family>-gone.h' 'gpu/{loader,none}.h' tests/none/; do
  named 1 "See \`$name\`."
done
named 1 'See [this](none.md).'
echo "-- names of files that do not exist are noticed"
