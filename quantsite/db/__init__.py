"""The database backend ``quantsite.db``: PostgreSQL, embedded or not, with TimescaleDB or without."""
