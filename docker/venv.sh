#!/bin/sh
# Make the virtual environment with the locked dependencies: venv.sh DIRECTORY
#
# Exits with 3 and one sentence where there is no Python to make it with.
set -eu

venv=$1
here=$(cd "$(dirname "$0")" && pwd)

find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        # pyenv leaves commands of that name behind which run nothing, so they are tried.
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

if ! python=$(find_python); then
    "$here/host-install.sh" "Python 3.11 or later" python3 python3-venv
    python=$(find_python) || {
        echo "zkchaos needs Python 3.11 or later, and this distribution has none: install one as python3.11 or later." >&2
        exit 3
    }
fi

if ! [ -x "$venv/bin/pip" ]; then
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        "$here/host-install.sh" "Python's module venv" "$package"
    fi
    echo "making $venv with $("$python" --version)"
    "$python" -m venv "$venv"
fi

echo "installing the locked dependencies into $venv"
pip() {
    "$venv/bin/pip" install -q --disable-pip-version-check "$@" && return 0
    echo "pip cannot install the dependencies of zkchaos (its reason is above): see that it reaches a package index." >&2
    exit 3
}
pip -r requirements.lock
pip --no-deps -e .
