#!/usr/bin/env bash
# Builds the site of the documentation in site/. Any warning, such as a link that leads nowhere, is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q -r ci/requirements-docs.txt
"$work/venv/bin/zensical" build --strict --clean

# Pages load nothing from other hosts, so that they work without network and nobody learns who reads them.
if grep -rlE '<(script|img|iframe)[^>]* src="?https?:|<link[^>]* rel="?(stylesheet|preconnect)"?[^>]* href="?https?:' site --include='*.html'; then
  echo "these pages load something from another host" >&2
  exit 1
fi
