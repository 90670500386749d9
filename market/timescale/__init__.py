"""What TimescaleDB adds where the server has it: hypertables, columnstore, continuous aggregates.

Everything here does nothing, or the plain PostgreSQL equivalent, on a server without the extension.
"""
