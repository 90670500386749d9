#!/bin/sh
# Choose a Python, then let bootstrap.py bring .venv up to the given lock file.
# A Python counts only if it runs (version managers put up empty shells), is new enough and can make a venv.
set -u

usable='import sys; assert sys.version_info >= (3, 11); import ensurepip, venv'
new_enough='import sys; assert sys.version_info >= (3, 11)'

if [ -n "${PYTHON:-}" ]; then
    candidates=$PYTHON
else
    candidates="python3.13 python3.12 python3.11 python3"
fi

without_venv=
for candidate in $candidates; do
    if "$candidate" -c "$usable" >/dev/null 2>&1; then
        exec "$candidate" "$(dirname "$0")/bootstrap.py" "$1"
    fi
    if "$candidate" -c "$new_enough" >/dev/null 2>&1; then
        without_venv=$candidate
    fi
done

if [ -n "$without_venv" ]; then
    echo "$without_venv lacks the venv module. On Debian and Ubuntu: apt install python3-venv" >&2
else
    echo "No usable Python of version 3.11 or later found (tried: $candidates)." >&2
    echo "Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2
fi
exit 1
