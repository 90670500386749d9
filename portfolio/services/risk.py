"""What a portfolio risks: its row of risk metrics."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from market.models import Instrument
from portfolio.calc.common import common_track
from portfolio.calc.risk.figures import Positions, risk_figures
from portfolio.calc.statistics import Track
from portfolio.models import Portfolio, PortfolioRiskMetrics
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import Closes, asset_closes
from portfolio.services.performance import primary_benchmark
from portfolio.services.record import record_of
from portfolio.services.standing import Held, Standing, standing_of
from portfolio.store.books import sessions_read
from portfolio.store.prices import Prices

LOOKBACK = dt.timedelta(days=385)  # 253 sessions and the holidays between them
ROW = ("portfolio", "date")
FIGURES = tuple(field.attname for field in PortfolioRiskMetrics._meta.concrete_fields if field.name not in (*ROW, "id"))


@dataclass(frozen=True)
class RiskInputs:
    """What the figures are computed from. ``track``: the record since the beginning, None (and why, in ``problem``)
    where no returns follow from it; ``compared``: the same beside the primary benchmark; ``closes`` [T, k] of what is
    held, adjusted, in the base currency.
    """

    standing: Standing
    track: Track | None
    problem: str
    benchmark: Instrument | None
    compared: Track | None
    closes: Closes

    @property
    def held(self) -> tuple[Held, ...]:
        return self.standing.held

    @property
    def positions(self) -> Positions:
        return positions_of(self.standing, self.closes.close)


def positions_of(standing: Standing, closes: np.ndarray) -> Positions:
    """Weights of what is held and of cash; none where all of it together is worth nothing."""
    if not standing.value > 0:
        return Positions(np.zeros(0), 0.0, closes[:, :0])
    weights = np.array([one.value / standing.value for one in standing.held])
    return Positions(weights, standing.cash_value / standing.value, closes)


def risk_inputs(
    *,
    portfolio: Portfolio,
    as_of: dt.date | None = None,
    standing: Standing | None = None,
    prices: Prices | None = None,
) -> RiskInputs:
    """Reads everything, as of a day (the newest valued one for None). PortfolioError where no value is known.

    ``standing``: what is held then, where it is known already. ``prices``: already read, for many portfolios at once;
    used where they reach back far enough.
    """
    standing = standing or standing_of(portfolio=portfolio, as_of=as_of)
    record = record_of(portfolio=portfolio, end=standing.as_of)
    benchmark = primary_benchmark(portfolio)
    track, compared, problem = None, None, ""
    try:
        track = record.track()
        compared = None if benchmark is None else common_track(record.track(benchmark))
    except PortfolioError as error:  # what is known is told, and why the rest is not
        problem = str(error)
    return RiskInputs(standing, track, problem, benchmark, compared, held_closes(standing, prices))


def held_closes(standing: Standing, prices: Prices | None = None) -> Closes:
    """Of what is held, in its order, over some 260 sessions up to the day it is held."""
    instruments = [one.instrument for one in standing.held]
    start, end = standing.as_of - LOOKBACK, standing.as_of
    known = prices is not None and prices.covers([one.pk for one in instruments], start)
    return asset_closes(
        instruments=instruments, base_currency=standing.portfolio.base_currency, start=start, end=end,
        prices=prices.since(start) if known and prices is not None else None,
    )  # fmt: skip


def risk_metrics_of(
    *, portfolio: Portfolio, date: dt.date, track: Track | None, compared: Track | None, positions: Positions
) -> PortfolioRiskMetrics:
    """A row that is not stored yet, from arrays alone: no query. Arguments as ``risk_figures``."""
    figures = risk_figures(track, compared, positions)
    duration = figures.pop("drawdown_duration")
    return PortfolioRiskMetrics(
        portfolio=portfolio, date=date, drawdown_duration=None if duration is None else int(duration), **figures
    )


def risk_metrics_store(*, rows: Sequence[PortfolioRiskMetrics]) -> None:
    """Rows of any number of portfolios by one statement; one of the same portfolio and date is replaced."""
    PortfolioRiskMetrics.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=ROW, update_fields=FIGURES, batch_size=1_000
    )


def risk_metrics_compute(*, portfolio: Portfolio, as_of: dt.date | None = None) -> PortfolioRiskMetrics:
    """Compute and store the row of a day (the newest valued one for None); errors as ``risk_inputs``."""
    row = risk_metrics_from(risk_inputs(portfolio=portfolio, as_of=as_of))
    risk_metrics_store(rows=[row])
    return PortfolioRiskMetrics.objects.get(portfolio=portfolio, date=row.date)


def risk_metrics_from(inputs: RiskInputs) -> PortfolioRiskMetrics:
    """``risk_metrics_of`` what was read."""
    return risk_metrics_of(
        portfolio=inputs.standing.portfolio, date=inputs.standing.as_of, track=inputs.track,
        compared=inputs.compared, positions=inputs.positions,
    )  # fmt: skip


def risk_row(*, portfolio: Portfolio, on: dt.date | None = None) -> PortfolioRiskMetrics:
    """The newest stored row; that of the last session on or before ``on``, computed and not stored where there is none.
    PortfolioError where the portfolio has no value by then.
    """
    rows = portfolio.risk_metrics.order_by("-date")
    if on is not None:
        rows = rows.filter(date__in=sessions_read(portfolio.pk, on)[-1:].tolist())
    found = rows.first()
    if found is not None:
        return found
    return risk_metrics_from(risk_inputs(portfolio=portfolio, as_of=on))
