#!/usr/bin/env bash
# Every command in README and docs stands in a block that the bare machine runs, or that says why not.
#   tests/bare/pages_test.sh SOURCE_DIR
set -euo pipefail
cd "$1"
exec python3 tests/bare/page_blocks.py --check README.md CONTRIBUTING.md docs/*.md
