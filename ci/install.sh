#!/usr/bin/env bash
# Installs vmlint and its pinned dependencies into a new environment: install.sh FOLDER
#
# The working directory may be a checkout of anybody's pull request, and nothing in it may run: Python is isolated
# (`-I`: neither the working directory nor PYTHON* variables say where modules are), and all work is done elsewhere.
set -euo pipefail
environment=${1:?name the folder of the environment}
[[ $environment == /* ]] || environment=$PWD/$environment
script=${BASH_SOURCE[0]}
[[ $script == */* ]] || script=./$script
source=$(CDPATH='' cd -- "${script%/*}/.." && pwd)
python=${PYTHON:-python3}
unset "${!PYTHON@}" # pip starts processes that would obey them
cd /

"$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "vmlint needs Python 3.11 or later, and \`$python\` is $("$python" -I --version 2>&1)" >&2
  exit 2
}
"$python" -I -m venv "$environment"
pip=("$environment/bin/python" -I -m pip --disable-pip-version-check --quiet)
"${pip[@]}" install --require-hashes --requirement "$source/ci/requirements.txt"
"${pip[@]}" install --no-deps --no-build-isolation "$source"

# The command runs in the checkout, and is isolated too.
cat >"$environment/bin/vmlint" <<'END'
#!/bin/sh
exec "${0%/*}/python" -I -m vmlint "$@"
END
