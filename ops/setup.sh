#!/bin/sh
# Install what Trimtab needs and is not there: system packages by apt on Debian and Ubuntu, Python's by pip into a
# virtual environment. Says what it installs and why. Never makes, starts or touches Debian's own cluster on port 5432.
# Usage: setup.sh PYTHON VENV
set -eu

python=$1
venv=$2
say() { printf '%s\n' "$*" >&2; }

# --- what is missing -------------------------------------------------------------------------------------------------

server=no pg_cron=no pgtap=no plpgsql_check=no
for bin in "${TRIMTAB_PG_BIN:-/nonexistent}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin; do
  [ -x "$bin/initdb" ] || continue
  major=$("$bin/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  [ "$major" -ge 15 ] || continue
  server=yes
  shared=$("$bin/pg_config" --sharedir 2>/dev/null) || shared=/usr/share/postgresql/$major
  for extension in pg_cron pgtap plpgsql_check; do
    [ ! -e "$shared/extension/$extension.control" ] || eval "$extension=yes"
  done
  if [ "$pg_cron$pgtap$plpgsql_check" = yesyesyes ]; then break; fi
done

packages=
need() { packages="$packages $1"; say "  $1: $2"; }
list=$(
  [ $server = yes ] || echo "postgresql-15 the server, version 15"
  [ $pg_cron = yes ] || echo "postgresql-15-cron pg_cron, which calls the autopilot every hour"
  [ $pgtap = yes ] || echo "postgresql-15-pgtap pgTAP, for the tests written in SQL"
  [ $plpgsql_check = yes ] || echo "postgresql-15-plpgsql-check proves each function before a deploy commits"
)
if [ ! -x "$venv/bin/python" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  list="$list
python3-venv makes the virtual environment for Python's packages"
fi

# --- install it ------------------------------------------------------------------------------------------------------

if [ -n "$(echo $list)" ]; then
  say "Trimtab needs, and does not find:"
  while read -r package reason; do
    [ -z "$package" ] || need "$package" "$reason"
  done <<LIST
$list
LIST
  root=
  if [ "$(id -u)" -ne 0 ]; then root=sudo; fi
  if ! command -v apt-get >/dev/null 2>&1; then
    say "This system has no apt. Install PostgreSQL 15 or newer, pg_cron, pgTAP, plpgsql_check and Python 3.11 with"
    say "venv by its own means (set TRIMTAB_PG_BIN to the folder of initdb if it is an unusual one), then run this again."
    say "To work with a server elsewhere you need only Python: $python -m venv $venv && $venv/bin/pip install -e ."
    exit 1
  fi
  if [ -n "$root" ] && ! command -v sudo >/dev/null 2>&1; then
    say "You are not root and there is no sudo. As root, run:"
    say "  apt-get install$packages"
    exit 1
  fi
  say "installing with apt:$packages"
  # Debian would make and start a cluster of its own on port 5432 along with the server: not while we install.
  hold=
  if [ $server = no ]; then
    hold=/etc/postgresql-common/createcluster.d/trimtab-install.conf
    $root mkdir -p "${hold%/*}"
    echo "create_main_cluster = false" | $root tee "$hold" >/dev/null
  fi
  status=0
  { $root env DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
    $root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $packages; } >&2 || status=$?
  if [ -n "$hold" ]; then
    $root rm -f "$hold"
    $root rmdir "${hold%/*}" 2>/dev/null || true
  fi
  if [ $status -ne 0 ]; then
    say "apt failed; the packages can be installed by hand: apt-get install$packages"
    exit $status
  fi
fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  say "$("$python" --version 2>&1) is too old: Trimtab needs 3.11. Name another one: make PYTHON=/path/to/python3 …"
  exit 1
}

# --- virtual environment ---------------------------------------------------------------------------------------------

stamp=$venv/.stamp
want=$(cksum pyproject.toml; pwd)
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
  say "making the virtual environment $venv"
  [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[dev]' >&2
  printf '%s\n' "$want" > "$stamp"
fi
