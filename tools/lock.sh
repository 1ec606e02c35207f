#!/usr/bin/env bash
# Pins dependencies with hashes, in four files. Needs `uv` (`pip install uv`) and a package index.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

compile() {
  uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-header --no-emit-index-url "$@" pyproject.toml
}

# What development and CI use: the newest of everything that is listed.
compile --upgrade --all-extras --output-file ci/requirements-dev.txt
# What the action and the container install: the same versions, without the tools of development.
compile --upgrade --constraint ci/requirements-dev.txt --output-file ci/requirements.txt \
  - < <(sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml)
# What CI tests too: the lowest versions that `pyproject.toml` allows.
compile --upgrade --all-extras --resolution lowest-direct --output-file ci/requirements-lowest.txt
# What builds the site of the documentation.
uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-header --no-emit-index-url --upgrade --group docs --output-file ci/requirements-docs.txt
