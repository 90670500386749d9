#!/bin/sh
# Remove what make made: .venv and caches; with "all" also the checkout's own data directory.
set -eu
cd "$(dirname "$0")/.."

if [ -x .venv/bin/python ] && .venv/bin/python -c "import django" 2>/dev/null; then
    # With DATABASE_URL set there is no embedded database to stop.
    .venv/bin/python manage.py db_stop || true
fi
rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov tests/timescale/pglite/node_modules
find . -name .git -prune -o -name var -prune -o -name __pycache__ -type d -exec rm -rf {} +
if [ "${1:-}" != all ]; then
    echo "Removed .venv and caches. The data stays (make clean-all removes it)."
    exit 0
fi
# Only var/ in the checkout: QUANTSITE_VAR may name a directory that holds other things too.
rm -rf var
echo "Removed .venv, caches and var/."
[ -z "${QUANTSITE_VAR:-}" ] || echo "QUANTSITE_VAR is set: delete the data in $QUANTSITE_VAR yourself."
