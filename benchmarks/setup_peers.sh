#!/bin/sh
# Install the programs that benchmarks/run.py compares with: ./benchmarks/setup_peers.sh [FOLDER]
# Debian packages (as root or by sudo) for GRASS and PostGIS; mapshaper from npm and geoplanar from
# PyPI go into FOLDER (default: .peers here), which run.py finds there or by DIMING_PEERS.
# What cannot be installed is said and left out; run.py names it as skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
folder="${1:-${DIMING_PEERS:-.peers}}"

say() { printf '%s\n' "$*" >&2; }

wanted=""
command -v grass >/dev/null 2>&1 || wanted="$wanted grass-core"
ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 ||
    wanted="$wanted postgresql postgresql-postgis"
command -v npm >/dev/null 2>&1 || wanted="$wanted nodejs npm"
"${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || wanted="$wanted python3-venv"
if [ "$(id -u)" = 0 ]; then root=""; else root="sudo"; fi
if [ -n "$wanted" ] && command -v apt-get >/dev/null 2>&1; then
    $root apt-get update -qq
    # One by one: a release that lacks one package should still give the others.
    for package in $wanted; do
        $root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
            say "$package: not installed"
    done
elif [ -n "$wanted" ]; then
    say "No apt-get here; please install what these Debian packages hold:$wanted"
fi

mkdir -p "$folder"
[ -x "$folder/bin/python" ] || "${PYTHON:-python3}" -m venv "$folder" || say "no environment in $folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check geoplanar pyogrio shapely ||
    say "geoplanar: not installed"
npm install --silent --no-fund --no-audit --prefix "$folder" mapshaper >/dev/null ||
    say "mapshaper: not installed"
say "Done. DIMING_PEERS=$folder python benchmarks/run.py --output OUT --only peers"
