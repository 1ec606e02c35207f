#!/usr/bin/env bash
# Makes docs/editor.png anew: Neovim in a terminal, with the server of this tree. Needs nvim, xterm, Xvfb and ImageMagick.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-$PWD/.venv/bin/python}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work/shop/.git"
cat >"$work/shop/web.yaml" <<'YAML'
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
spec:
  runStrategy: Sometimes
  preference:
    inferFromVolume: boot
  instancetype:
    name: u1.
  dataVolumeTemplates:
  - metadata:
      name: web-root
    spec:
      source:
        registry:
          url: docker://quay.io/containerdisks/fedora:42
      storage:
        resources:
          requests:
            storage: 30Gi
  template:
    spec:
      evictionStrategy: LiveMigrate
      domain:
        devices: {}
      volumes:
      - name: root
        dataVolume:
          name: web-root
YAML

display=:$((RANDOM % 1000 + 100))
Xvfb "$display" -screen 0 1180x830x24 >/dev/null 2>&1 &
sleep 2
VMLINT_SERVER=$(printf '%s\n' "$python" -m vmlint server) VMLINT_ROOT="$work/shop" DISPLAY=$display \
  xterm -fa 'DejaVu Sans Mono' -fs 11 -bg '#1c1c1c' -fg '#bcbcbc' -geometry 118x38+0+0 -b 8 +sb \
  -e nvim -u NONE -i NONE -n -c 'luafile tests/editors/neovim/picture.lua' &
sleep "${SECONDS_TO_WAIT:-14}"
DISPLAY=$display import -window root "$work/editor.png"
convert "$work/editor.png" -trim +repage -colors 64 -strip "PNG8:docs/editor.png"
