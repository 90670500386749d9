#!/bin/sh
# A throw-away PostgreSQL with TimescaleDB (Apache edition) for tests, from Debian's own packages in a folder of its own.
#
#   timescale_server.sh start   builds the folder if need be (about a minute), starts an empty server on a free port of
#                               127.0.0.1 and prints its URL, the last line of stdout: TIMESCALE_DATABASE_URL for the tests
#   timescale_server.sh stop    stops it; the folder stays for the next time
#
# Needs root (chroot) on Debian or Ubuntu. Where that is not so it says why and exits 1; tests then go on without.
# The folder: QUANTSITE_TIMESCALE_ROOT, by default under ${XDG_CACHE_HOME:-~/.cache}/quantsite.
set -eu

suite=trixie
release=17
root=${QUANTSITE_TIMESCALE_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/quantsite/timescaledb-$suite}
programs=/usr/lib/postgresql/$release/bin
data=/var/lib/postgresql/quantsite # inside the folder
database=quantsite

say() { echo "TimescaleDB server: $*" >&2; }
give_up() {
    say "$*"
    exit 1
}
inside() { chroot --userspec=postgres:postgres "$root" "$@"; }

# The mirror that this machine's own apt uses for Debian; nothing (debootstrap's default) on another distribution.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' 2>/dev/null |
        grep -v security | head -n 1
}

build() {
    command -v apt-get >/dev/null || give_up "not a Debian or Ubuntu machine"
    if ! command -v debootstrap >/dev/null; then
        say "installing debootstrap"
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap; } >/dev/null 2>&1 ||
            give_up "debootstrap cannot be installed"
    fi
    say "building $root from Debian $suite, about a minute"
    rm -rf "$root.partial"
    mkdir -p "$root.partial"
    # shellcheck disable=SC2046 # no mirror: no argument
    if ! debootstrap --variant=minbase --include="postgresql-$release,postgresql-$release-timescaledb" \
        "$suite" "$root.partial" $(mirror) >"$root.log" 2>&1; then
        tail -n 3 "$root.log" >&2
        rm -rf "$root.partial"
        give_up "debootstrap failed; its messages are in $root.log"
    fi
    mv "$root.partial" "$root"
}

start() {
    [ "$(id -u)" = 0 ] || give_up "needs root to build and enter its folder"
    [ -d "$root" ] || build
    stop
    rm -rf "${root:?}$data"
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    password=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
    printf '%s' "$password" >"$root/tmp/password"
    chown --reference="$root/var/lib/postgresql" "$root/tmp/password"
    chmod 600 "$root/tmp/password"
    inside "$programs/initdb" -D "$data" -E UTF8 --locale=C.UTF-8 -U postgres -A scram-sha-256 --pwfile=/tmp/password \
        --no-sync >"$root.log" 2>&1 || give_up "initdb failed: $(tail -n 1 "$root.log")"
    rm "$root/tmp/password"
    # What is lost with the machine may be lost; the folder has no /dev/shm of its own.
    cat >>"$root$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
shared_preload_libraries = 'timescaledb'
dynamic_shared_memory_type = mmap
fsync = off
timescaledb.telemetry_level = off
CONF
    inside "$programs/pg_ctl" -D "$data" -l "$data/log" -w start >"$root.log" 2>&1 </dev/null ||
        give_up "it did not start: $(tail -n 3 "$root$data/log")"
    PGPASSWORD=$password inside "$programs/createdb" -h 127.0.0.1 -p "$port" -U postgres "$database"
    echo "postgres://postgres:$password@127.0.0.1:$port/$database"
}

stop() {
    if [ -f "$root$data/postmaster.pid" ]; then
        inside "$programs/pg_ctl" -D "$data" -m immediate -w stop >/dev/null 2>&1 || true
    fi
}

case ${1:-} in
start) start ;;
stop) stop ;;
*) give_up "usage: $0 start|stop" ;;
esac
