"""The report of one backtest."""

from typing import Any

from backtests.report import calendar, configuration, session_charts, trade_charts, trade_tables
from backtests.report.figures import glossary, statistics_tables, tiles
from backtests.report.page import Finding, Page, Part, Section, rendered
from backtests.report.text import counted, money, spaced, words
from market.pages.parts import NONE

SEVERITIES = {"SERIOUS": ("serious", "▲ serious"), "WARNING": ("caution", "● warning"), "NOTE": ("remark", "○ note")}
NO_TRADE = "Nothing was traded."
Result = dict[str, Any]


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
        Section("trades", "Trades", _trading(result), [] if result["statistics"].get("trades") else [NO_TRADE]),
        Section("holdings", "Holdings", []),
        *_reference(result),
    ])  # fmt: skip


def session_page(result: Result, sections: list[Section]) -> Page:
    return Page(
        kind=f"Backtest · {result['region']}{_number(result)} · {spaced(result['status'].lower())}",
        title=result["name"] or "Backtest", facts=_facts(result), alerts=_alerts(result), tiles=tiles(result),
        findings=_findings(result["findings"]), sections=sections, glossary=glossary(list(result["statistics"])),
    )  # fmt: skip


def _sections(result: Result) -> list[Section]:
    currency = result["currency"]
    return [
        _performance(result),
        _calendar(result),
        _through_time(result),
        Section("trades", "Trades", [*_trading(result), *_rows(result)], [] if result["trades"] else [NO_TRADE]),
        Section("holdings", "Holdings", [trade_tables.holdings(result["holdings"], currency)], _no_holdings(result)),
        *_reference(result),
    ]


def _reference(result: Result) -> list[Section]:
    currency = result["currency"]
    return [
        Section("statistics", "Statistics", statistics_tables(result["statistics"], result["units"], currency)),
        _configuration(result),
    ]


def _performance(result: Result) -> Section:
    if not result["series"]["dates"]:
        return Section("performance", "Performance", [], ["There is no session, so there is nothing to draw."])
    return Section("performance", "Performance", session_charts.over_time(result))


def _calendar(result: Result) -> Section:
    parts = [
        calendar.heat_map(result["monthly"], result["yearly"]), calendar.periods("Years", result["yearly"]),
        calendar.deepest(result["drawdowns"]), calendar.periods("Months", result["monthly"], tall=True),
    ]  # fmt: skip
    return Section("calendar", "Months and years", parts)


def _through_time(result: Result) -> Section:
    series = result["series"]
    if not series["dates"]:
        return Section("exposure", "Through time", [])
    if not any(series["positions"]):
        return Section(
            "exposure", "Through time", [], ["Nothing was held: all of the value was cash on every session."]
        )
    sharpe = session_charts.rolling_sharpe(series)
    parts = [sharpe, session_charts.invested(series), session_charts.positions(series), session_charts.turnover(series)]
    returns = counted(len(series["dates"]) - 1, "return")
    notes = [] if sharpe else [f"No rolling Sharpe ratio: it needs 126 returns that vary, here are {returns}."]
    return Section("exposure", "Through time", parts, notes)


def _trading(result: Result) -> list[Part | None]:
    currency, spread = result["currency"], result["distributions"]
    return [
        trade_charts.profit_rates(spread["profit_rate"]), trade_charts.hold_days(spread["hold_days"]),
        trade_charts.sales(result["trades"]),
        trade_tables.reasons(result["reasons"], currency, result["conditions"]["sell"]),
        trade_tables.contribution(result["contribution"], result["statistics"].get("sells")),
        trade_tables.names("Best names", result["instruments"]["best"], currency),
        trade_tables.names("Worst names", result["instruments"]["worst"], currency),
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
    return Section("configuration", "Configuration", parts)


def _findings(found: list[dict[str, Any]]) -> list[Finding]:
    """The most serious first; an unknown severity is treated as the most serious."""
    order = list(SEVERITIES)
    ranked = sorted(found, key=lambda one: order.index(one["severity"]) if one["severity"] in order else -1)
    return [
        Finding(
            *SEVERITIES.get(one["severity"], ("serious", str(one["severity"]))), one["title"], one["message"],
            [(spaced(str(name)), words(value)) for name, value in (one["evidence"] or {}).items()],
        )
        for one in ranked
    ]  # fmt: skip


def _facts(result: Result) -> list[tuple[str, str]]:
    benchmark = result["benchmark"]
    first = next((value for value in result["series"]["value"] if value is not None), None)
    return [
        ("period", f"{result['start']} to {result['end']}, {counted(result['sessions'], 'session')}"),
        (
            "capital",
            f"{money(first, result['currency'])} {result['currency']}, at the close of {result['before'] or NONE}",
        ),
        ("benchmark", _benchmark(benchmark) if benchmark else "none"),
        ("universe", words(result["conditions"]["universe"])),
    ]


def _benchmark(benchmark: dict[str, Any]) -> str:
    """Its name, and its ticker where that is another."""
    ticker, name = benchmark["ticker"], benchmark["name"]
    return str(ticker) if name in (None, "", ticker) else f"{name} ({ticker})"


def _alerts(result: Result) -> list[str]:
    told = []
    if result["status"] != "COMPLETED" or result["message"]:
        told.append(f"{spaced(result['status']).capitalize()}: {result['message'] or 'no reason was given'}")
    if result["warnings"]:
        told.append(f"The simulation gave {counted(len(result['warnings']), 'warning')}, listed under Configuration.")
    return told


def _no_holdings(result: Result) -> list[str]:
    return [] if result["holdings"] else ["Nothing was held at the end."]


def _number(result: Result) -> str:
    return f" · #{result['id']}" if result["id"] else ""
