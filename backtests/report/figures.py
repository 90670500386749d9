"""Statistics of a backtest as tiles and tables."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backtests.report.meaning import grouped, label, meanings, units
from backtests.report.text import POINTS, figure, in_unit, is_known, money, percent, span
from market.pages.parts import Cell, Table, Tile

Statistics = dict[str, float | None]


def tiles(result: dict[str, Any]) -> list[Tile]:
    """The figures to read first."""
    of, currency = result["statistics"], result["currency"]
    known = meanings()
    ends = [value for value in result["series"]["value"] if is_known(value)]
    shown = [
        Tile(
            _("total return"),
            percent(of.get("total_return"), sign=True),
            _ends(ends, currency),
            (of.get("total_return") or 0.0) > 0,
        ),
        Tile("CAGR", percent(of.get("annualized_return"), sign=True), _("a year"), title=_(known["annualized_return"])),
        Tile(_("Sharpe ratio"), figure(of.get("sharpe_ratio")), _sure(of), title=_(known["sharpe_ratio"])),
        Tile(_("max drawdown"), percent(of.get("max_drawdown")), _lasted(of), title=_(known["max_drawdown"])),
        Tile(_("win rate"), percent(of.get("win_rate"), 1), _closed(of)),
        Tile(_("costs"), money(of.get("total_costs"), currency), _drag(of, currency)),
    ]
    if result["benchmark"]:
        detail = _("total return %(rate)s") % {"rate": percent(of.get("benchmark_return"), sign=True)}
        name = result["benchmark"]["ticker"]
        excess = figure(of.get("excess_return"), 2, sign=True, suffix=POINTS)
        shown.append(
            Tile(_("against %(benchmark)s") % {"benchmark": name}, excess, detail, title=_(known["excess_return"]))
        )
    else:
        shown.append(Tile(_("volatility"), percent(of.get("volatility")), _("a year"), title=_(known["volatility"])))
    detail = _("%(rate)s turnover a year") % {"rate": percent(of.get("annual_turnover"), 0)}
    return [*shown, Tile(_("trades"), figure(of.get("trades"), 0), detail)]


def _closed(of: Statistics) -> str:
    return _("of %(count)s closed trades") % {"count": figure(of.get("sells"), 0)}


def _drag(of: Statistics, currency: str) -> str:
    return _("%(currency)s, %(rate)s a year") % {"currency": currency, "rate": percent(of.get("cost_drag"))}


def _ends(values: list[float], currency: str) -> str:
    if not values:
        return ""
    return f"{span(money(values[0], currency), money(values[-1], currency))} {currency}"


def _sure(of: Statistics) -> str:
    sure = of.get("probabilistic_sharpe_ratio")
    return "" if sure is None else _("above 0 with probability %(sure)s") % {"sure": figure(sure, 2)}


def _lasted(of: Statistics) -> str:
    lasted = of.get("drawdown_duration")
    if lasted is None:
        return ""
    text = ngettext("%(count)s session to recovery or end", "%(count)s sessions to recovery or end", int(lasted))
    return text % {"count": f"{int(lasted):,}"}


def statistics_tables(statistics: Statistics, given: dict[str, str], currency: str) -> list[Table]:
    """A table for each group; ``given``: units by name, where the registry knows none."""
    known, told = units() | given, meanings()
    return [
        Table(
            _(group), [_("figure"), _("value"), _("unit")],
            [
                [
                    Cell(label(name), title=_(told.get(name, ""))),
                    Cell(in_unit(statistics[name], known.get(name, ""), currency, bare=True), value=statistics[name]),
                    Cell((currency or _("currency")) if known.get(name) == "currency" else _(known.get(name, ""))),
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
    return [(label(name), _(told[name])) for name in names if name in told]
