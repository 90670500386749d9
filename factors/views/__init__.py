"""Pages of factors: the catalogue, a factor, the screener, strategies."""
