"""Pages of portfolios: thin doors to the services."""
