"""Pages of factors."""
