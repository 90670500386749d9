"""Pages of market: instruments, search, data, jobs (the kit they are made of is ``market.pages``)."""
