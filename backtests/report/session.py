"""The report of one backtest."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from backtests.report import calendar, configuration, session_charts, trade_charts, trade_tables
from backtests.report.figures import glossary, statistics_tables, tiles
from backtests.report.page import Finding, Page, Part, Section, rendered
from backtests.report.retelling import retold
from backtests.report.text import money, spaced, span, words
from market.pages.parts import NONE

SEVERITIES = {
    "SERIOUS": ("serious", gettext_noop("▲ serious")), "WARNING": ("caution", gettext_noop("● warning")),
    "NOTE": ("remark", gettext_noop("○ note")),
}  # fmt: skip
NO_TRADE = gettext_noop("Nothing was traded.")
Result = dict[str, Any]


@override("en")
def session_report(result: Result) -> str:
    """One self-contained HTML file of a backtest's result as plain data (docs/backtest-reports.md).

    Percentages are percent, None is a dash; names, tickers and settings are text, never markup.
    """
    return rendered(session_page(result, _sections(result)))


def session_overview(result: Result) -> Page:
    """The same without the tables that have a row for each trade, holding or event: pages of the site turn those over
    on the server. Of ``trades`` the sales are enough; ``holdings``, ``events`` and ``cancelled`` are not asked for.
    """
    return session_page(result, [
        _performance(result),
        _calendar(result),
        _through_time(result),
        Section("trades", _("Trades"), _trading(result), [] if result["statistics"].get("trades") else [_(NO_TRADE)]),
        Section("holdings", _("Holdings"), []),
        *_reference(result),
    ])  # fmt: skip


def session_page(result: Result, sections: list[Section]) -> Page:
    return Page(
        kind=f"{_('Backtest')} · {result['region']}{_number(result)} · {spaced(result['status'].lower())}",
        title=result["name"] or _("Backtest"), facts=_facts(result), alerts=_alerts(result), tiles=tiles(result),
        findings=_findings(result["findings"]), sections=sections, glossary=glossary(list(result["statistics"])),
    )  # fmt: skip


def _sections(result: Result) -> list[Section]:
    currency = result["currency"]
    return [
        _performance(result),
        _calendar(result),
        _through_time(result),
        Section("trades", _("Trades"), [*_trading(result), *_rows(result)], [] if result["trades"] else [_(NO_TRADE)]),
        Section("holdings", _("Holdings"), [trade_tables.holdings(result["holdings"], currency)], _no_holdings(result)),
        *_reference(result),
    ]


def _reference(result: Result) -> list[Section]:
    currency = result["currency"]
    return [
        Section("statistics", _("Statistics"), statistics_tables(result["statistics"], result["units"], currency)),
        _configuration(result),
    ]


def _performance(result: Result) -> Section:
    if not result["series"]["dates"]:
        return Section("performance", _("Performance"), [], [_("There is no session, so there is nothing to draw.")])
    return Section("performance", _("Performance"), session_charts.over_time(result))


def _calendar(result: Result) -> Section:
    parts = [
        calendar.heat_map(result["monthly"], result["yearly"]), calendar.periods(_("Years"), result["yearly"]),
        calendar.deepest(result["drawdowns"]), calendar.periods(_("Months"), result["monthly"], tall=True),
    ]  # fmt: skip
    return Section("calendar", _("Months and years"), parts)


def _through_time(result: Result) -> Section:
    series = result["series"]
    if not series["dates"]:
        return Section("exposure", _("Through time"), [])
    if not any(series["positions"]):
        return Section(
            "exposure", _("Through time"), [], [_("Nothing was held: all of the value was cash on every session.")]
        )
    sharpe = session_charts.rolling_sharpe(series)
    parts = [sharpe, session_charts.invested(series), session_charts.positions(series), session_charts.turnover(series)]
    told = _("No rolling Sharpe ratio: it needs 126 returns that vary, here are %(count)s returns.")
    notes = [] if sharpe else [told % {"count": f"{len(series['dates']) - 1:,}"}]
    return Section("exposure", _("Through time"), parts, notes)


def _trading(result: Result) -> list[Part | None]:
    currency, spread = result["currency"], result["distributions"]
    return [
        trade_charts.profit_rates(spread["profit_rate"]), trade_charts.hold_days(spread["hold_days"]),
        trade_charts.sales(result["trades"]),
        trade_tables.reasons(result["reasons"], currency, result["conditions"]["sell"]),
        trade_tables.contribution(result["contribution"], result["statistics"].get("sells")),
        trade_tables.names(_("Best names"), result["instruments"]["best"], currency),
        trade_tables.names(_("Worst names"), result["instruments"]["worst"], currency),
    ]  # fmt: skip


def _rows(result: Result) -> list[Part | None]:
    """Tables of as many rows as there are rebalances, trades, events."""
    currency = result["currency"]
    return [
        trade_tables.selection(result.get("selection", []), result["conditions"]["buy"]),
        trade_tables.trades(result["trades"], currency),
        trade_tables.tallied("Corporate actions", result["events"], "kind", f"Of held names; cash in {currency}."),
        trade_tables.tallied("Orders that came to nothing", result["cancelled"], "reason", "Whole or in part."),
    ]


def _configuration(result: Result) -> Section:
    parts = [
        configuration.conditions(result["conditions"]), configuration.timings(result["timings"]),
        configuration.rules(result["config"]), configuration.warnings(result["warnings"]),
    ]  # fmt: skip
    return Section("configuration", _("Configuration"), parts)


def _findings(found: list[dict[str, Any]]) -> list[Finding]:
    """The most serious first; an unknown severity is treated as the most serious."""
    order = list(SEVERITIES)
    ranked = sorted(found, key=lambda one: order.index(one["severity"]) if one["severity"] in order else -1)
    return [
        Finding(
            *_severity(one["severity"]), _(one["title"]), retold(one["code"], one["message"]),
            [(spaced(str(name)), words(value)) for name, value in (one["evidence"] or {}).items()],
        )
        for one in ranked
    ]  # fmt: skip


def _severity(severity: str) -> tuple[str, str]:
    tone, word = SEVERITIES.get(severity, ("serious", str(severity)))
    return tone, _(word)


def _facts(result: Result) -> list[tuple[str, str]]:
    benchmark = result["benchmark"]
    first = next((value for value in result["series"]["value"] if value is not None), None)
    sessions = ngettext("%(count)s session", "%(count)s sessions", result["sessions"])
    capital = {
        "amount": money(first, result["currency"]), "currency": result["currency"], "day": result["before"] or NONE,
    }  # fmt: skip
    return [
        (
            _("period"),
            f"{span(result['start'], result['end'])}, {sessions % {'count': format(result['sessions'], ',')}}",
        ),
        (_("capital"), _("%(amount)s %(currency)s, at the close of %(day)s") % capital),
        (_("benchmark"), _benchmark(benchmark) if benchmark else _("none")),
        (_("universe"), _(words(result["conditions"]["universe"]))),
    ]


def _benchmark(benchmark: dict[str, Any]) -> str:
    """Its name, and its ticker where that is another."""
    ticker, name = benchmark["ticker"], benchmark["name"]
    return str(ticker) if name in (None, "", ticker) else f"{name} ({ticker})"


def _alerts(result: Result) -> list[str]:
    told = []
    if result["status"] != "COMPLETED" or result["message"]:
        told.append(f"{_(result['status'].capitalize())}: {result['message'] or _('no reason was given')}")
    if result["warnings"]:
        count = len(result["warnings"])
        text = ngettext(
            "The simulation gave %(count)s warning, listed under Configuration.",
            "The simulation gave %(count)s warnings, listed under Configuration.",
            count,
        )
        told.append(text % {"count": f"{count:,}"})
    return told


def _no_holdings(result: Result) -> list[str]:
    return [] if result["holdings"] else [_("Nothing was held at the end.")]


def _number(result: Result) -> str:
    return f" · #{result['id']}" if result["id"] else ""
