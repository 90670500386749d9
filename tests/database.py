"""The database of the tests, for processes that a test starts."""

from urllib.parse import quote

from django.db import connection


def database_url() -> str:
    """Its DATABASE_URL. What it holds must be committed to be seen there."""
    about = connection.get_connection_params()
    place = f"postgres://{about['user']}:{quote(str(about.get('password', '')))}@/{about['dbname']}"
    return f"{place}?host={quote(str(about['host']), safe='')}&port={about.get('port', 5432)}"
