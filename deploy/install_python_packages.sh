#!/usr/bin/env bash
# Makes .venv and installs one lock file into it, but only when the lock has changed since the last time.
# Usage: deploy/install_python_packages.sh PYTHON LOCKFILE
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
lock=$2

fail() {
	echo "$1" >&2
	exit 1
}

command -v "$python" >/dev/null ||
	fail "Python is missing: install Python 3.11 or newer (on Debian: apt-get install python3 python3-venv)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
	fail "$("$python" --version 2>&1) is too old: install Python 3.11 or newer and name it, as in: make run PYTHON=python3.12."
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
	fail "The package python3-venv is missing, so no virtual environment can be made: apt-get install python3-venv."

# The development lock holds the other one too, so a stamp of it serves both; it changes when either lock does.
stamp=.venv/installed-${lock%.txt}
wanted=$(cat requirements.txt "$lock" | sha256sum | cut -d' ' -f1)
wanted_dev=$(cat requirements.txt requirements-dev.txt | sha256sum | cut -d' ' -f1)
if [[ -x .venv/bin/python ]]; then
	if [[ $(cat "$stamp" 2>/dev/null) == "$wanted" ]]; then exit 0; fi
	if [[ $(cat .venv/installed-requirements-dev 2>/dev/null) == "$wanted_dev" ]]; then exit 0; fi
fi

echo "Installing the packages of $lock into .venv (once, a few minutes at most; the next start skips this)."
.venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv ||
	fail "The virtual environment .venv could not be made: is python3-venv installed and the disk writable?"
# Built packages only: nothing is compiled here, so no compiler is needed.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
	--requirement "$lock" ||
	fail "The packages of $lock could not be installed: see the lines above; the Python package index must be reachable."
echo "$wanted" >"$stamp"
