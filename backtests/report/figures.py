"""Statistics of a backtest as tiles and tables."""

from typing import Any

from backtests.report.meaning import grouped, label, meanings, units
from backtests.report.text import POINTS, counted, figure, in_unit, is_known, money, percent
from market.pages.parts import Cell, Table, Tile

Statistics = dict[str, float | None]


def tiles(result: dict[str, Any]) -> list[Tile]:
    """The figures to read first."""
    of, currency = result["statistics"], result["currency"]
    known = meanings()
    ends = [value for value in result["series"]["value"] if is_known(value)]
    shown = [
        Tile(
            "total return",
            percent(of.get("total_return"), sign=True),
            _ends(ends, currency),
            (of.get("total_return") or 0.0) > 0,
        ),
        Tile("CAGR", percent(of.get("annualized_return"), sign=True), "a year", title=known["annualized_return"]),
        Tile("Sharpe ratio", figure(of.get("sharpe_ratio")), _sure(of), title=known["sharpe_ratio"]),
        Tile("max drawdown", percent(of.get("max_drawdown")), _lasted(of), title=known["max_drawdown"]),
        Tile("win rate", percent(of.get("win_rate"), 1), f"of {figure(of.get('sells'), 0)} closed trades"),
        Tile("costs", money(of.get("total_costs"), currency), f"{currency}, {percent(of.get('cost_drag'))} a year"),
    ]
    if result["benchmark"]:
        detail = f"total return {percent(of.get('benchmark_return'), sign=True)}"
        name = result["benchmark"]["ticker"]
        excess = figure(of.get("excess_return"), 2, sign=True, suffix=POINTS)
        shown.append(Tile(f"against {name}", excess, detail, title=known["excess_return"]))
    else:
        shown.append(Tile("volatility", percent(of.get("volatility")), "a year", title=known["volatility"]))
    detail = f"{percent(of.get('annual_turnover'), 0)} turnover a year"
    return [*shown, Tile("trades", figure(of.get("trades"), 0), detail)]


def _ends(values: list[float], currency: str) -> str:
    return f"{money(values[0], currency)} to {money(values[-1], currency)} {currency}" if values else ""


def _sure(of: Statistics) -> str:
    sure = of.get("probabilistic_sharpe_ratio")
    return "" if sure is None else f"above 0 with probability {figure(sure, 2)}"


def _lasted(of: Statistics) -> str:
    lasted = of.get("drawdown_duration")
    return "" if lasted is None else f"{counted(int(lasted), 'session')} to recovery or end"


def statistics_tables(statistics: Statistics, given: dict[str, str], currency: str) -> list[Table]:
    """A table for each group; ``given``: units by name, where the registry knows none."""
    known, told = units() | given, meanings()
    return [
        Table(
            group, ["figure", "value", "unit"],
            [
                [
                    Cell(label(name), title=told.get(name, "")),
                    Cell(in_unit(statistics[name], known.get(name, ""), currency, bare=True), value=statistics[name]),
                    Cell((currency or "currency") if known.get(name) == "currency" else known.get(name, "")),
                ]
                for name in names
            ],
            words=(2,),
        )
        for group, names in grouped(list(statistics)).items()
    ]  # fmt: skip


def glossary(names: list[str]) -> list[tuple[str, str]]:
    """What these figures mean, in words."""
    told = meanings()
    return [(label(name), told[name]) for name in names if name in told]
