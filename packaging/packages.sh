#!/usr/bin/env bash
# Builds the packages of packaging/variants.toml (options: --help) in an environment with the tools
# that this takes: rattler-build's library, archspec and readers of ELF and wheels, from PyPI.
#
# PYTHON=python3.11   the interpreter
set -euo pipefail
cd "$(dirname "$0")/.."

venv=build/packages/venv
python=${PYTHON:-python3}
"$python" -c 'import sys; assert sys.version_info >= (3, 11), sys.version' ||
  { echo "needs Python 3.11 or newer; set PYTHON" >&2; exit 1; }
if ! cmp -s packaging/requirements.txt "$venv/requirements.txt"; then
  [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r packaging/requirements.txt
  cp packaging/requirements.txt "$venv/requirements.txt"
fi
PATH=$PWD/$venv/bin:$PATH PYTHONPATH=packaging PYTHONDONTWRITEBYTECODE=1 \
  exec "$venv/bin/python" -m lanewise_packages "$@"
