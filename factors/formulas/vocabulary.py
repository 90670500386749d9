"""The names a formula may use, and what they mean.

A name is looked up among series, then figures, then factors, then other formulas. So ``close`` is the adjusted series
(the traded close is ``raw_close``), and ``market_cap`` is the company's, as in the ratios (``line_market_cap``: the
line's own, which is what the factor ``market_cap`` scores).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from factors.base import Factor
from market.panel import BALANCES, FLOWS


@dataclass(frozen=True)
class Series:
    """A series of bars: ``bars`` are needed for its last number."""

    name: str
    doc: str
    bars: int = 1


SERIES = {
    series.name: series
    for series in (
        Series("close", "adjusted close"),
        Series("open", "adjusted open"),
        Series("high", "adjusted high"),
        Series("low", "adjusted low"),
        Series("volume", "shares traded, adjusted for splits"),
        Series("trading_value", "currency traded (close x volume where the source gives none)"),
        Series("returns", "close / close of the bar before - 1, a fraction", bars=2),
    )
}

RAW = {"raw_close": "close", "raw_volume": "volume"}  # figures that are called otherwise in the panel
OWN_FIGURES = {
    "raw_close": "the traded close of the last bar, unadjusted",
    "raw_volume": "shares traded on the last bar, unadjusted",
    "market_cap": "market capitalisation of the company: all its common lines",
    "line_market_cap": "market capitalisation of this line",
    "shares_outstanding": "shares outstanding",
}
WORDS = ("and", "or", "not", "check")  # the last is an address of the API


def figure_names() -> list[str]:
    """Every figure a panel has by itself, by its name in formulas."""
    flows = [name + suffix for name in FLOWS for suffix in ("_ttm", "_ttm_year_ago")]
    balances = [name + suffix for name in BALANCES for suffix in ("", "_year_ago")]
    return [*OWN_FIGURES, *flows, *balances]


@dataclass(frozen=True)
class Vocabulary:
    """``factors`` by name; ``formulas``: the text of each by name; ``fields``: registered fields of the apps above."""

    factors: Mapping[str, Factor] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, factors: Iterable[Factor], formulas: Mapping[str, str] | None = None, fields: Iterable[str] = ()
    ) -> "Vocabulary":
        return cls({factor.name: factor for factor in factors}, dict(formulas or {}), frozenset(fields))

    def is_figure(self, name: str) -> bool:
        return name in self.fields or name in figure_names()

    def names(self) -> list[str]:
        """Everything a formula may name, series first."""
        found = [*SERIES, *figure_names(), *sorted(self.fields), *sorted(self.factors), *sorted(self.formulas)]
        return list(dict.fromkeys(found))
