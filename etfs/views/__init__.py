"""Pages of etfs."""
