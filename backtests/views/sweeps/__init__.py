"""Pages of sweeps and walk-forward tests: list, page with progress and heat map, form."""
