#!/bin/sh
# Usage: tools/venv.sh PYTHON VENV EXTRA. Makes a virtual environment that holds Ostiary with an extra (demo, dev).
# For dev the `aws` command line comes into VENV/aws: it wants a botocore of its own, older than the one that is pinned here.
set -eu
python=$1 venv=$2 extra=$3

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
echo "Installing Ostiary and what '$extra' needs into $venv (the first time takes a minute) …"
pip() { "$venv/bin/python" -m pip "$@" --quiet --disable-pip-version-check; }
pip install --editable ".[$extra]"
if [ "$extra" = dev ]; then
    "$python" -m venv --without-pip "$venv/aws"
    pip --python "$venv/aws/bin/python" install awscli==1.46.3
fi
