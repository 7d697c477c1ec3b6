#!/bin/sh
# Usage: tools/venv.sh PYTHON VENV [EXTRA]. Makes a virtual environment with uv, and with Ostiary and an extra (demo, dev) in the versions
# and with the hashes of constraints/ (`make lock`). For dev the `aws` command line comes into VENV/aws, with a botocore of its own.
set -eu
python=$1 venv=$2 extra=${3:-}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Ostiary needs Python 3.11 or newer, but '$python' is not. Name another: make PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Python's venv module …"
        apt-get update -qq && apt-get install -y -qq "python$version-venv" >/dev/null
    else
        echo "Python's venv module is not installed. Type: sudo apt-get install python$version-venv" >&2
        exit 1
    fi
fi
if [ ! -x "$venv/bin/python" ]; then
    echo "Making a virtual environment in $venv …"
    "$python" -m venv "$venv"
fi
locked=constraints/ostiary.txt
if ! grep -q "^uv==$("$venv/bin/uv" --version 2>/dev/null | cut -d' ' -f2) " $locked; then
    sed -n '/^uv==/,/[^\\]$/p' $locked >"$venv/uv.txt"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$venv/uv.txt"
fi
[ -n "$extra" ] || exit 0

echo "Installing Ostiary and what '$extra' needs into $venv (the first time takes a minute) …"
export UV_SYSTEM_CERTS=1 # as pip does
uv() { "$venv/bin/uv" "$@" --quiet; }
uv pip install --python "$venv/bin/python" --constraints $locked --build-constraints $locked --require-build-hashes --editable ".[$extra]"
if [ "$extra" = dev ]; then
    [ -x "$venv/aws/bin/python" ] || uv venv --python "$venv/bin/python" "$venv/aws"
    uv pip sync --python "$venv/aws/bin/python" --require-hashes constraints/aws.txt
fi
