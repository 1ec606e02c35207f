#!/usr/bin/env bash
# Installs vmlint and its pinned dependencies into a new environment: install.sh FOLDER
set -euo pipefail
environment=${1:?say where the environment is to be}
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "vmlint needs Python 3.11 or later, and \`$python\` is $("$python" --version 2>&1)" >&2
  exit 2
}
"$python" -m venv "$environment"
pip=("$environment/bin/python" -m pip --disable-pip-version-check --quiet)
"${pip[@]}" install --require-hashes --requirement "$source/ci/requirements.txt"
"${pip[@]}" install --no-deps --no-build-isolation "$source"
