"""What trades cost, and what cash they leave."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.rebalancing.book import Book, BookError


@dataclass(frozen=True)
class Costs:
    """Percent: ``commission`` of a trade's value on both sides, ``sales_tax`` of what is sold, ``tax_rate`` of the gain
    of a sale over average cost. A loss gives nothing back: whether it counts against a gain is for the year's tax
    return, not for an estimate.
    """

    commission: float = 0.0
    tax_rate: float = 0.0
    sales_tax: float = 0.0

    def __post_init__(self) -> None:
        for field in ("commission", "tax_rate", "sales_tax"):
            if not 0.0 <= getattr(self, field) < 100.0:
                raise BookError(f"{field}: must be from 0 to below 100 percent, not {getattr(self, field)}")


@dataclass(frozen=True)
class Bill:
    """Trades priced: ``value`` [N] in money, positive for buys; ``commission`` and ``tax`` [N]; ``cash`` afterwards."""

    value: np.ndarray
    commission: np.ndarray
    tax: np.ndarray
    cash: float

    @property
    def paid(self) -> float:
        """Commission and tax together."""
        return float(self.commission.sum() + self.tax.sum())


class Till:
    """Prices trades in ``book``. Assets without a price cannot be traded, and count as 0."""

    def __init__(self, book: Book, costs: Costs) -> None:
        self.cash = book.cash
        self.price = np.nan_to_num(book.price)
        self.commission = costs.commission / 100.0
        average = [np.nan if one.average_cost is None else one.average_cost for one in book.positions]
        self.average, self.tax_rate = np.array(average, dtype=np.float64), costs.tax_rate / 100.0
        self.sales_tax = costs.sales_tax / 100.0
        unknown = (book.quantity > 0) & np.isnan(self.average)
        if self.tax_rate and unknown.any():
            name = book.positions[int(np.argmax(unknown))].asset
            raise BookError(f"average_cost: {name} is held and has none, so the tax on its sale is not known")

    def bill(self, shares: np.ndarray) -> Bill:
        """The bill of ``shares`` [N], positive bought, negative sold."""
        value = shares * self.price
        commission = np.abs(value) * self.commission
        gain = np.where(shares < 0, -shares * (self.price - np.nan_to_num(self.average)), 0.0)
        tax = np.maximum(gain, 0.0) * self.tax_rate + np.maximum(-value, 0.0) * self.sales_tax
        return Bill(value, commission, tax, float(self.cash - value.sum() - commission.sum() - tax.sum()))
