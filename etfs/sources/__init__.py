"""ETF sources: one class per layout the outside world uses. Importing this package fills the registry."""
