#!/bin/sh
# Set up and run diming from a clone: ./do demo, ./do test, ./do setup.
# Everything goes into .venv/ here; system packages are installed only where the tests need them.
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "$*" >&2; }

python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed (Debian 12: apt-get install python3 python3-venv)."
    exit 5
}

apt() {
    # Install Debian packages as root or by sudo; say what is missing where neither goes.
    if [ "$(id -u)" = 0 ]; then root=""; elif command -v sudo >/dev/null 2>&1; then root="sudo"; else root="none"; fi
    if [ "$root" = none ] || ! command -v apt-get >/dev/null 2>&1; then
        say "Please install these packages: $*"
        return 1
    fi
    say "Installing system packages: $*"
    $root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

environment() {
    # $1: the extras wanted. Made anew only when pyproject.toml or the extras change.
    stamp=".venv/.made-for-$(printf '%s' "$1" | tr ',' '-')"
    if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ hatch_build.py -nt "$stamp" ]; then
        py=$(python)
        if ! "$py" -c 'import ensurepip, venv' 2>/dev/null; then
            version=$("$py" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
            apt "$version-venv" || exit 5
        fi
        say "Making the environment in .venv (a minute or two the first time) ..."
        [ -x .venv/bin/python ] || "$py" -m venv .venv
        .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".[$1]"
        touch "$stamp"
    fi
    # Message catalogues follow their sources.
    if [ -n "$(find src/diming/locale -name '*.po' -newer "$stamp" 2>/dev/null)" ]; then
        .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".[$1]"
        touch "$stamp"
    fi
}

browser() {
    # Pages are tried in a real Chromium; Chinese needs a font.
    if ! command -v chromium >/dev/null 2>&1 || ! command -v chromedriver >/dev/null 2>&1; then
        apt chromium chromium-driver fonts-noto-cjk || return 0
    fi
}

server() {
    # Archives on a server are tried on a real one; the tests start it, and it needs no rights.
    for initdb in /usr/lib/postgresql/*/bin/initdb "$(command -v initdb || true)"; do
        [ -x "$initdb" ] || continue
        share=$("$(dirname "$initdb")/pg_config" --sharedir 2>/dev/null) || continue
        [ ! -e "$share/extension/postgis.control" ] || return 0
    done
    apt postgresql postgresql-postgis || return 0
}

case "${1:-}" in
demo)
    shift
    environment plot,parquet
    exec .venv/bin/diming demo "${1:-demo}"
    ;;
test)
    shift
    environment test
    browser
    server
    bin=.venv/bin
    $bin/ruff check .
    $bin/ruff format --check .
    $bin/mypy
    $bin/lint-imports
    exec $bin/python -m pytest "$@"
    ;;
setup)
    environment test
    ;;
*)
    say "usage: ./do demo [DIR]   set up, check the packaged samples, write a map"
    say "       ./do test [...]   set up, run linters and tests (options go to pytest)"
    say "       ./do setup        set up .venv for development"
    exit 2
    ;;
esac
