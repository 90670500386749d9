"""How far the portfolio is from its targets."""

from dataclasses import dataclass

from portfolio.calc.rebalancing.book import CENT, Band, Book, weights_of

ROUNDING = 1e-9  # percent points: 25.000000000001 is not above 25
BELOW_MINIMUM, ABOVE_MAXIMUM, THRESHOLD = "BELOW_MINIMUM", "ABOVE_MAXIMUM", "THRESHOLD"


@dataclass(frozen=True)
class Drift:
    """One asset. ``weight``, ``target``, ``lower`` and ``upper`` (the edges beyond which it is a breach) in percent;
    ``drift`` = weight - target in percent points. ``breach`` names the first limit that is broken, None without one.
    In a portfolio that is worth nothing, ``weight`` and ``drift`` are None and nothing is a breach; where nothing is
    wanted, ``target`` and ``drift`` are.
    """

    asset: str
    value: float
    weight: float | None
    target: float | None
    drift: float | None
    lower: float
    upper: float
    breach: str | None


@dataclass(frozen=True)
class DriftAnalysis:
    """Every asset, cash last; ``total_drift`` is the sum of the absolute drifts, in percent points."""

    value: float
    rows: tuple[Drift, ...]
    total_drift: float | None

    @property
    def breaches(self) -> tuple[Drift, ...]:
        """The assets that broke a limit."""
        return tuple(row for row in self.rows if row.breach)


def drift_analysis(book: Book) -> DriftAnalysis:
    """Drift of every asset of ``book``. A breach: outside [minimum, maximum], or |drift| above the threshold."""
    worth, aimed = book.value > 0, book.is_aimed
    rows = []
    for (name, band), value, weight in zip(book.bands, book.values, weights_of(book.values), strict=True):
        known = float(weight) if worth else None
        drift = known - band.target if known is not None and aimed else None
        # Cash that rounding left below zero is none, and so not below a minimum of 0.
        counted = max(known, 0.0) if known is not None and value >= -CENT else known
        broken = None if counted is None else breach_of(counted, band)
        target = band.target if aimed else None
        rows.append(Drift(name, float(value), known, target, drift, band.lower, band.upper, broken))
    total = sum(abs(row.drift) for row in rows if row.drift is not None)
    return DriftAnalysis(book.value, tuple(rows), total if worth and aimed else None)


def breach_of(weight: float, band: Band) -> str | None:
    """The limit of ``band`` that ``weight`` (percent) breaks; a weight on a limit breaks none."""
    if band.minimum is not None and weight < band.minimum - ROUNDING:
        return BELOW_MINIMUM
    if band.maximum is not None and weight > band.maximum + ROUNDING:
        return ABOVE_MAXIMUM
    if band.threshold is not None and abs(weight - band.target) > band.threshold + ROUNDING:
        return THRESHOLD
    return None
