#!/bin/sh
# Install what Trimtab needs and is not there: system packages by apt on Debian and Ubuntu, Python's by pip into a
# virtual environment. Says what it installs and why. Never makes, starts or touches Debian's own cluster on port 5432.
# Usage: setup.sh PYTHON VENV
set -eu

python=$1
venv=$2
say() { printf '%s\n' "$*" >&2; }

if command -v "$python" >/dev/null 2>&1; then
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "$("$python" --version 2>&1) is too old: Trimtab needs 3.11. Name another one: make PYTHON=/path/to/python3 …"
    exit 1
  }
fi

# --- what is missing -------------------------------------------------------------------------------------------------

# The server that `trimtab up` will take is the one to complete: with pg_cron first, then the newest.
best= best_rank=0
look_at() {
  [ -x "$1/initdb" ] && [ -x "$1/postgres" ] || return 0
  version=$("$1/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  [ "$version" -ge 15 ] || return 0
  library=$("$1/pg_config" --pkglibdir 2>/dev/null) || library=${1%/bin}/lib
  rank=$version
  if [ -e "$library/pg_cron.so" ] || [ -e "$library/pg_cron.dylib" ]; then rank=$((version + 1000)); fi
  if [ "$rank" -gt "$best_rank" ]; then best=$1 best_rank=$rank major=$version; fi
}

major=15
if [ -n "${TRIMTAB_PG_BIN:-}" ]; then
  look_at "${TRIMTAB_PG_BIN%/}"
  [ -n "$best" ] || {
    say "TRIMTAB_PG_BIN is $TRIMTAB_PG_BIN, where initdb and postgres of PostgreSQL 15 or newer are not to be found."
    exit 1
  }
else
  for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin; do look_at "$bin"; done
  if initdb=$(command -v initdb); then initdb=$(readlink -f "$initdb") && look_at "${initdb%/initdb}"; fi
fi

# Without a server it is 15, or what a later system offers in its place.
if [ -z "$best" ]; then
  for offered in 15 16 17 18; do
    if apt-cache show "postgresql-$offered-cron" >/dev/null 2>&1; then major=$offered; break; fi
  done
fi

pg_cron=no pgtap=no plpgsql_check=no
if [ -n "$best" ]; then
  shared=$("$best/pg_config" --sharedir 2>/dev/null) || shared=/usr/share/postgresql/$major
  for extension in pg_cron pgtap plpgsql_check; do
    [ ! -e "$shared/extension/$extension.control" ] || eval "$extension=yes"
  done
fi

packages=
need() { packages="$packages $1"; say "  $1: $2"; }
list=$(
  [ -n "$best" ] || echo "postgresql-$major the server, version $major"
  [ $pg_cron = yes ] || echo "postgresql-$major-cron pg_cron, which calls the autopilot every hour"
  [ $pgtap = yes ] || echo "postgresql-$major-pgtap pgTAP, for the tests written in SQL"
  [ $plpgsql_check = yes ] || echo "postgresql-$major-plpgsql-check plpgsql_check, which proves functions before a deploy commits"
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
  why=
  case $best in "" | /usr/lib/postgresql/*) ;; *) why="apt cannot add them to $best" ;; esac
  command -v apt-get >/dev/null 2>&1 || why="this system has no apt"
  if [ -n "$why" ]; then
    say "These are the names of Debian's packages, and ${why}. Install the same by its own means"
    say "(PostgreSQL 15 or newer, Python 3.11 or newer), then run this again: it looks, and goes on. Where the server's"
    say "programs lie in an unusual folder, set TRIMTAB_PG_BIN to the one in which initdb is."
    say "To work with a server elsewhere Python is enough: $python -m venv $venv && $venv/bin/pip install -e ."
    exit 1
  fi
  if [ -n "$root" ] && ! command -v sudo >/dev/null 2>&1; then
    say "You are not root and there is no sudo. As root, run:"
    say "  apt-get install --no-install-recommends$packages"
    exit 1
  fi
  # Debian would make and start a cluster of its own on port 5432 along with the server: not while we install.
  hold=/etc/postgresql-common/createcluster.d/trimtab-install.conf
  log=$(mktemp)
  tidy() {
    $root rm -f "$hold"
    $root rmdir "${hold%/*}" 2>/dev/null || true
    rm -f "$log"
  }
  trap tidy EXIT
  trap 'exit 130' INT TERM
  say "installing with${root:+ sudo and} apt:$packages (takes a minute or two)"
  $root mkdir -p "${hold%/*}"
  echo "create_main_cluster = false" | $root tee "$hold" >/dev/null
  status=0
  { $root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $packages; } \
    >"$log" 2>&1 </dev/null || status=$?
  if [ $status -ne 0 ]; then
    tail -n 40 "$log" >&2
    say "apt failed (its last lines are above). When that is mended, run this again, or as root:"
    say "  apt-get install --no-install-recommends$packages"
    exit $status
  fi
  tidy
  trap - EXIT INT TERM
fi

# --- virtual environment ---------------------------------------------------------------------------------------------

stamp=$venv/.stamp
want=$(cksum pyproject.toml; pwd)
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
  say "making the virtual environment $venv"
  "$venv/bin/python" -c '' 2>/dev/null || "$python" -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[dev]' >&2
  printf '%s\n' "$want" > "$stamp"
fi
