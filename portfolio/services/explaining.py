"""How a portfolio's performance was computed: figure by figure, down to the rows somebody can add up again."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from portfolio.calc.risk.figures import TAILS, WINDOW, recent, tail_figures
from portfolio.calc.risk.steps import compared_steps, record_steps, tail_steps
from portfolio.calc.statistics import Track, all_statistics, statistic_named
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.performance import Performance, performance_of, period_rows
from portfolio.services.risk_explain import beside_rows
from portfolio.services.standing import Standing, standing_of
from portfolio.services.summary import STATISTICS
from portfolio.services.summary import TAILS as SHOWN_TAILS
from portfolio.services.trails import figure, plain, trail

SOURCE, DOCUMENT = "docs/statistics.md", "docs/portfolio-performance.md"


def performance_explain(
    *, portfolio: Portfolio, start: dt.date | None = None, end: dt.date | None = None
) -> dict[str, Any]:
    """``sessions``: value, flows and return of every session, which all figures are made of; ``figures``: a trail for
    gain, TWR, MWR and every statistic by name. PortfolioError as ``performance_report``.
    """
    found = performance_of(portfolio=portfolio, start=start, end=end)
    figures = {"gain": _gain(found), "twr": _twr(found), "mwr": _mwr(found)}
    figures |= _statistics(found, [one.name for one in all_statistics()])
    return {"sessions": _sessions(found), "figures": figures}


def summary_explain(*, portfolio: Portfolio, as_of: dt.date | None = None) -> dict[str, Any]:
    """Trails of the value, position by position, of each position's gains, of the sums of gains, of returns by period
    and, where returns lead through the record, of the statistics of the summary.
    """
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    found = performance_of(portfolio=portfolio, end=standing.as_of)
    figures = {"value": _value(standing), "gain": _gains(standing, found), "twr": _twr(found), "mwr": _mwr(found)}
    try:
        figures |= _statistics(found, STATISTICS) | _last_tails(found) | _periods(found)
    except PortfolioError as error:  # no return leads through the record
        figures["twr"]["inputs"]["problem"] = str(error)
    return {"figures": figures}


def _value(standing: Standing) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "asset": str(one.instrument), "quantity": one.quantity, "price": one.price, "price_date": one.price_date,
            "currency": one.instrument.currency, "rate": one.rate, "value": one.value, "weight": one.weight,
        }
        for one in standing.held
    ]  # fmt: skip
    for currency, amount in standing.cash.items():
        rate, value = standing.rates[currency], amount * standing.rates[currency]
        weight = 100.0 * value / standing.value if standing.value > 0 else None
        rows.append({
            "asset": "cash", "quantity": amount, "price": 1.0, "price_date": standing.as_of, "currency": currency,
            "rate": rate, "value": value, "weight": weight,
        })  # fmt: skip
    return trail(
        standing.value, standing.portfolio.base_currency,
        "sum of value; value = quantity x price x rate (base currency for one unit of currency); weight = 100 x value /"
        " sum; the price is the raw close of price_date",
        inputs={"as_of": standing.as_of}, rows=rows, source="docs/portfolio-accounting.md",
    )  # fmt: skip


def _gains(standing: Standing, found: Performance) -> dict[str, Any]:
    daily = found.record.daily
    rows = [
        {
            "asset": str(one.instrument), "value": one.value, "cost_average": one.cost_average,
            "cost_fifo": one.cost_fifo, "unrealised_average": one.unrealised_average,
            "unrealised_fifo": one.unrealised_fifo, "realised_average": one.realised_average,
            "realised_fifo": one.realised_fifo,
        }
        for one in standing.held
    ]  # fmt: skip
    paid_in, paid_out = float(daily.inflow.sum()), float(daily.outflow.sum())
    return trail(
        standing.value - paid_in + paid_out, standing.portfolio.base_currency,
        "value - paid_in + paid_out; unrealised = value - cost, by average cost and by lots (first in, first out),"
        " each at the exchange rates of its days",
        inputs={"value": standing.value, "paid_in": paid_in, "paid_out": paid_out}, rows=rows,
        source="docs/portfolio-accounting.md",
    )  # fmt: skip


def _gain(found: Performance) -> dict[str, Any]:
    worth = found.record.worth
    inputs = {
        "opening": worth.opening, "value": float(worth.value[-1]), "inflow": float(worth.inflow.sum()),
        "outflow": float(worth.outflow.sum()),
    }  # fmt: skip
    formula = "value - opening - inflow + outflow; flows are the sums of those of the sessions"
    return trail(found.gain, found.record.portfolio.base_currency, formula, inputs=inputs, source=DOCUMENT)


def _sessions(found: Performance) -> list[dict[str, Any]]:
    """Every session: its return is (value + late withdrawals) / base - 1; beside it what figures that need a benchmark
    are made of.
    """
    record, worth = found.record, found.record.worth
    columns = {
        "before": worth.before, "inflow": worth.inflow, "outflow": worth.outflow, "base": worth.base,
        "value": worth.value, "return": record.daily.daily_return, "index": record.index[1:],
    }  # fmt: skip
    late, beside = worth.late.tolist(), beside_rows(found.compared)
    return [
        {"date": day.item(), "withdrawn_late": late[row], **{name: figure(columns[name][row]) for name in columns}}
        | beside.get(day.item(), {})
        for row, day in enumerate(record.dates)
    ]


def _twr(found: Performance) -> dict[str, Any]:
    index = found.record.index
    return trail(
        found.twr, "%",
        "100 x (product of (1 + return) over the sessions - 1); return = value / base - 1, base = value of the session"
        " before + inflow - outflow. Where withdrawals leave less than half of what was there (withdrawn_late), they"
        " count at the end: return = (value + outflow) / (before + inflow) - 1",
        inputs={"first": found.record.dates[0].item(), "last": found.record.dates[-1].item(),
                "sessions": len(found.record.dates), "product": figure(index[-1])},
        source=SOURCE,
    )  # fmt: skip


def _mwr(found: Performance) -> dict[str, Any]:
    worth, mwr = found.record.worth, found.money_weighted
    paid = worth.outflow - worth.inflow
    paid[-1] += worth.value[-1]
    dates = worth.dates
    if worth.opening:
        dates, paid = np.r_[dates[:1] - 1, dates], np.r_[-worth.opening, paid]
    places = np.flatnonzero(paid)
    years = (dates[places] - dates[places[:1]]).astype(int) / 365.0 if len(places) else np.zeros(0)
    discount = (1.0 + mwr.annual / 100.0) ** -years if mwr.annual is not None else np.full(len(years), np.nan)
    rows = [
        {"date": dates[place].item(), "paid": float(paid[place]), "years": float(time), "discount": figure(factor),
         "present_value": figure(paid[place] * factor)}
        for place, time, factor in zip(places, years, discount, strict=True)
    ]  # fmt: skip
    return trail(
        mwr.whole, "%",
        "the rate r at which sum(present_value) = 0, present_value = paid / (1 + r)^(days / 365); paid in is negative,"
        " the last value is paid out; over the whole period (1 + r)^(days / 365) - 1",
        inputs={"rate_a_year": mwr.annual, "days": mwr.days}, rows=rows, source=SOURCE,
    )  # fmt: skip


def _statistics(found: Performance, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """A trail for each, with every step; tails are of the whole period."""
    track, steps = found.track, {}
    if track.sessions > 1:
        steps = record_steps(track) | {TAILS[column]: one for column, one in tail_steps(track).items()}
    if found.compared is not None:
        steps |= compared_steps(found.compared)
    return {name: _statistic(found, name, steps.get(name, {})) for name in names}


def _statistic(found: Performance, name: str, steps: dict[str, Any]) -> dict[str, Any]:
    one = statistic_named(name)
    track = found.compared if one.needs_benchmark else found.track
    inputs = {} if track is None else _base(track)
    if one.needs_benchmark:
        inputs |= {"benchmark": str(found.benchmark) if found.benchmark else None}
        inputs |= {"common_returns": 0 if track is None else track.sessions}
    return trail(found.statistics[name], one.unit, one.description(), inputs=inputs | plain(steps), source=SOURCE)


def _base(track: Track) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "first": track.dates[1].item(), "last": track.dates[-1].item(), "returns": track.sessions,
        "risk_free_a_year": track.risk_free, "risk_free_a_session": track.risk_free_session,
        "sessions_a_year": SESSIONS_A_YEAR,
    }  # fmt: skip
    if track.sessions > 1:
        inputs |= {"mean": figure(track.moments.mean), "std": figure(track.moments.std)}
    return inputs


def _last_tails(found: Performance) -> dict[str, dict[str, Any]]:
    """Of the last returns alone, as the summary and the risk metrics tell them."""
    last = recent(found.track)
    steps = tail_steps(last) if last.sessions > 1 else {}
    result = tail_figures(found.track, SHOWN_TAILS)
    return {
        column: trail(
            result[column], statistic_named(TAILS[column]).unit,
            f"{statistic_named(TAILS[column]).description()} Of the last {WINDOW} returns.",
            inputs=_base(last) | plain(steps.get(column, {})), source=SOURCE,
        )
        for column in SHOWN_TAILS
    }  # fmt: skip


def _periods(found: Performance) -> dict[str, dict[str, Any]]:
    """Of each period that the record reaches back over."""
    return {
        f"return_{row['period']}": trail(
            row["return"], "%", "100 x (index / before - 1), before: the index of returns at the end of since",
            inputs={name: row[name] for name in ("since", "before", "index")} | {"last": found.record.dates[-1].item()},
            source=DOCUMENT,
        )
        for row in period_rows(found.record)
        if row["return"] is not None
    }  # fmt: skip
