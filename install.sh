#!/bin/sh
# Create a virtual environment from a lock file with hashes and install the project in it.
# usage: PYTHON=python3 sh install.sh VENV LOCKFILE
# With uv this takes seconds. If uv is missing and pip cannot install it, pip does the work in a minute or two.
set -eu
venv=$1 lock=$2 python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || {
    echo "aisi-ingest needs Python 3.11, 3.12 or 3.13; '$python' is $("$python" --version 2>&1)." >&2
    echo "Choose another one: make PYTHON=/path/to/python3.12 ..." >&2
    exit 1
}
[ -x "$venv/bin/python" ] || {
    echo "creating $venv" >&2
    "$python" -m venv "$venv" || {
        echo "'$python -m venv' failed: install the venv module (Debian: apt-get install python3-venv)." >&2
        exit 1
    }
}

uv=$(command -v uv || true)
[ -n "$uv" ] || [ ! -x "$venv/bin/uv" ] || uv="$venv/bin/uv"
[ -n "$uv" ] || {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock >&2 &&
        uv="$venv/bin/uv"
} || uv=

echo "installing the packages of $lock" >&2
if [ -n "$uv" ]; then
    # Compile now: worker processes must not write files, so they would compile their imports at each start.
    "$uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$lock"
    "$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e .
else
    # The lock file is complete. Without --no-deps, pip fails for names with extras ("sqlalchemy[asyncio]").
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
"$venv/bin/python" -m compileall -q src flows
