#!/usr/bin/env bash
# Pins what the action and the container install, with hashes: needs `uv` and a package index.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$(sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml)
uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
  --output-file ci/requirements.txt pyproject.toml - <<<"$build"
