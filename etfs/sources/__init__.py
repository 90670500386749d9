"""ETF sources: one class per layout the outside world uses. Importing this package fills the registry."""

from etfs.sources import (
    amundi,
    ark,
    fund_prices,
    generic,
    index_list,
    invesco,
    ishares,
    krx_deposit,
    krx_funds,
    spdr,
    vanguard,
)

__all__ = [
    "amundi",
    "ark",
    "fund_prices",
    "generic",
    "index_list",
    "invesco",
    "ishares",
    "krx_deposit",
    "krx_funds",
    "spdr",
    "vanguard",
]
