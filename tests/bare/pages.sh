# The commands of the pages, page by page. To be sourced, in the root of the source tree.
# shellcheck shell=bash

pages=(README.md CONTRIBUTING.md docs/*.md)
# Pages with blocks of commands of which each says why it is not run. Any other page must have one that
# is, or no commands at all.
pages_of_none=(docs/adding-a-kernel.md docs/gpu-kernels.md docs/packaging.md docs/virtual-packages.md)

# page_script PAGE: its commands as one script. Status 3 if there is nothing to run, which is as it
# should be; 1 for all else.
page_script() {
  local rc=0 known=no
  case " ${pages_of_none[*]} " in *" $1 "*) known=yes ;; esac
  echo 'set -e; . .venv/bin/activate'
  python3 tests/bare/page_blocks.py "$1" --without test || rc=$?
  case $rc-$known in
    0-no) return 0 ;;
    3-no | 4-yes) return 3 ;;
    *-yes) echo "FAILED: $1 stands among pages_of_none (tests/bare/pages.sh)" >&2; return 1 ;;
    *) echo "FAILED: nothing of $1 is run" >&2; return 1 ;;
  esac
}

# each_page FILE COMMAND...: writes the script of each page to FILE and calls COMMAND, until one fails.
each_page() {
  local file=$1 page rc
  shift
  for page in "${pages[@]}"; do
    rc=0
    page_script "$page" >"$file" || rc=$?
    [ $rc -ne 3 ] || continue
    [ $rc -eq 0 ] && "$@" || return 1
  done
}
