#!/bin/sh
# Usage: tools/lock.sh VENV [--upgrade]. Writes constraints/*.txt: exact versions, with hashes, of all that tools/venv.sh installs.
# Versions that are there stay, unless pyproject.toml forbids them or --upgrade asks for the newest.
set -eu
venv=$1
shift
lock() { # lock FILE INPUT… [OPTION…]
    file=$1
    shift
    UV_SYSTEM_CERTS=1 "$venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --output-file "constraints/$file" "$@" >/dev/null
}
# What builds packages that come as source, and Ostiary in place.
printf 'setuptools\neditables\n' | lock ostiary.txt pyproject.toml - --all-extras "$@"
# The `aws` command line wants a botocore of its own, older than the one that is pinned here.
echo awscli==1.46.3 | lock aws.txt - "$@"
