"""Pages of ETFs: the list, one fund, comparison, what all of them bought."""
