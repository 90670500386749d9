"""Bulk reads and writes of portfolios and of the figures of assets."""
