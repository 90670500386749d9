"""ETF sources: one class per layout the outside world uses. Importing this package fills the registry."""

from etfs.sources import (
    ark,
    ishares,
    krx_deposit,
    krx_funds,
    spdr,
)

__all__ = [
    "ark",
    "ishares",
    "krx_deposit",
    "krx_funds",
    "spdr",
]
