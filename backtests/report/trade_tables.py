"""The trades of a backtest as tables: one by one, by reason, by name, by condition, and what was left."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from backtests.report.text import POINTS, counted, figure, is_known, money, percent, price, spaced, words
from market.pages.parts import NONE, Cell, Table

MOST = 500
Row = dict[str, Any]


def trades(rows: list[Row], currency: str) -> Table | None:
    """The first 500."""
    if not rows:
        return None
    head = [
        "ticker", "name", "#", "side", "date", "signal", "quantity", "price", "executed at", "amount", "commission",
        "tax", "cash flow", "profit", "profit %", "days held", "reason", "factors at the signal",
    ]  # fmt: skip
    shown = [_trade(row, currency) for row in rows[:MOST]]
    note = f"Amounts in {currency}. "
    note += (
        f"All {counted(len(rows), 'row')}."
        if len(rows) <= MOST
        else (f"The first {MOST:,} of {len(rows):,} rows, which the filters search; all are in the CSV of the trades.")
    )
    return named(Table(
        "Trades", head, shown, note, words=(1, 3, 16, 17), id="trades-table", tall=True, wide=True,
        caption="Trades; the buttons in the head sort",
    ))  # fmt: skip


def _trade(row: Row, currency: str) -> list[Cell]:
    sold = row["side"] == "SELL"
    profit, rate = (row["profit"], row["profit_rate"]) if sold else (None, None)
    return [
        Cell(row["ticker"], value=row["ticker"]), Cell(row["name"] or NONE), _sorted(row["number"], 0),
        Cell(row["side"]), Cell(str(row["trade_date"])), Cell(str(row["signal_date"])), _quantity(row["quantity"]),
        _price(row["price"]), _price(row["execution_price"]),
        *(_money(row[name], currency) for name in ("amount", "commission", "tax")),
        _money(row["cash_flow"], currency, sign=True), _money(profit, currency, sign=True, toned=True),
        Cell(percent(rate, sign=True), value=rate, tone=_tone(rate)), _sorted(row["hold_days"] if sold else None, 0),
        Cell(row["reason"]), Cell(scores(row.get("factors") or {})),
    ]  # fmt: skip


def scores(factors: Row) -> str:
    """Values and percentiles of the factors as one line."""
    return " · ".join(
        f"{name} {figure(one.get('value'))} (percentile {figure(one.get('percentile'), 0)})"
        for name, one in factors.items() if isinstance(one, dict)
    ) or NONE  # fmt: skip


def reasons(rows: list[Row], currency: str, sells: list[str]) -> Table | None:
    """What each way out earned; ``sells``: the sell conditions, which ``rule`` counts from 0."""
    if not rows:
        return None
    shown = [
        [
            Cell(_(row["reason"])), Cell(sells[row["rule"]] if 0 <= row["rule"] < len(sells) else NONE),
            _sorted(row["trades"], 0), _sorted(row["wins"], 0), _share(row["win_rate"]),
            _rate(row["average_profit_rate"]), _money(row["profit"], currency, sign=True, toned=True),
        ]
        for row in rows
    ]  # fmt: skip
    head = [
        _("why sold"), _("condition"), _("trades"), _("wins"), _("win rate"), _("mean profit"), _profit_in(currency),
    ]  # fmt: skip
    return Table(_("Reasons of the sales"), head, shown, words=(1,), id="reasons-table", wide=True)


def contribution(rows: list[Row], sales: float | None) -> Table | None:
    """What each buy condition added; ``sales`` of the whole run."""
    if not rows:
        return None
    head = [
        _("buy condition"), _("rank"), _("change of return"), _("return without"), _("rank correlation"), _("buys"),
        _("sales"), _("wins"), _("win rate of sales"), _("mean profit of sales"),
    ]  # fmt: skip
    shown = [
        [
            Cell(row["condition"]), Cell(f"{row['rank']}", strong=row["rank"] == 1, value=row["rank"]),
            Cell(figure(row["return_change"], 2, sign=True, suffix=POINTS), value=row["return_change"],
                 tone=_tone(row["return_change"])),
            _rate(row["return_without"]),
            Cell(figure(row["rank_correlation"], 2, sign=True), value=row["rank_correlation"]),
            _sorted(row["trades"], 0), _sorted(sales, 0), _sorted(row["wins"], 0), _share(row["win_rate"]),
            _rate(row["average_profit_rate"]),
        ]
        for row in rows
    ]  # fmt: skip
    note = _(
        "Every buy meets all conditions, so buys, sales and wins are those of the whole run. What tells conditions "
        "apart: the total return with it less without it (change), and the rank correlation of the score at entry with "
        "the profit rate."
    )
    return Table(_("Contribution of the buy conditions"), head, shown, note, id="contribution-table", wide=True)


def selection(rows: list[Row], conditions: list[str]) -> Table | None:
    """Who could be chosen on each rebalance session, and where the others were lost."""
    if not rows:
        return None
    head = ["rebalance", "universe", *(f"{text}: known, met" for text in conditions), "candidates", "bought"]
    shown = [
        [
            Cell(row["date"]), _sorted(row["universe"], 0),
            *(Cell(f"{one['known']:,}, {one['met']:,}", value=one["met"]) for one in row["conditions"]),
            _sorted(row["candidates"], 0), _sorted(row["bought"], 0),
        ]
        for row in rows
    ]  # fmt: skip
    note = "Names with a bar on the session; of those who has a condition's figure, and who meets it; who meets all."
    return Table("Selection at each rebalance", head, shown, note, id="selection-table", tall=True, wide=True)


def names(title: str, rows: list[Row], currency: str) -> Table | None:
    """Best or worst names."""
    if not rows:
        return None
    shown = [
        [
            Cell(row["ticker"]), Cell(row["name"] or NONE), _money(row["profit"], currency, sign=True, toned=True),
            _share(row["share"]), _sorted(row["trades"], 0),
        ]
        for row in rows
    ]  # fmt: skip
    note = _("Realised and open profit with dividends; share of the total gain or loss.")
    head = [_("ticker"), _("name"), _profit_in(currency), _("share"), _("trades")]
    return named(Table(title, head, shown, note, words=(1,)))


def _profit_in(currency: str) -> str:
    return _("profit, %(currency)s") % {"currency": currency}


def holdings(rows: list[Row], currency: str) -> Table | None:
    """What was held at the end."""
    if not rows:
        return None
    shown = [
        [
            Cell(row["ticker"], value=row["ticker"]), Cell(row["name"] or NONE), _quantity(row["quantity"]),
            _price(row["average_price"]), _price(row["close"]), _money(row["value"], currency),
            _share(row["weight"], 2), _money(row["profit"], currency, sign=True, toned=True),
            _rate(row["profit_rate"]), Cell(str(row["first_bought"])), _sorted(row["hold_days"], 0),
        ]
        for row in rows
    ]  # fmt: skip
    head = [
        "ticker", "name", "quantity", "average price", "close", f"value, {currency}", "weight", _profit_in(currency),
        "profit %", "first bought", "days held",
    ]  # fmt: skip
    return named(Table("Holdings at the end", head, shown, words=(1,), id="holdings-table", tall=True, wide=True))


def named(table: Table) -> Table:
    """The table without its column of names (the second) where no row has one."""
    if any(row[1].text not in ("", NONE) for row in table.rows):
        return table
    words = tuple(place - (place > 1) for place in table.words if place != 1)
    head, rows = [table.head[0], *table.head[2:]], [[row[0], *row[2:]] for row in table.rows]
    return replace(table, head=head, rows=rows, words=words)


def tallied(title: str, rows: list[Row], key: str, note: str) -> Table | None:
    """How often each kind of corporate action or each ending of an order came, and the cash it moved."""
    if not rows:
        return None
    kinds = sorted({row[key] for row in rows})
    paid = [sum(row.get("cash_flow") or 0.0 for row in rows if row[key] == kind) for kind in kinds]
    counts = [sum(row[key] == kind for row in rows) for kind in kinds]
    head = [spaced(key), "count", *(["cash"] if any(paid) else [])]
    shown = [
        [Cell(words(kind)), Cell(figure(count, 0)), *([Cell(figure(cash, 0, sign=True))] if any(paid) else [])]
        for kind, count, cash in zip(kinds, counts, paid, strict=True)
    ]
    return Table(title, head, shown, note)


def _sorted(value: float | None, digits: int) -> Cell:
    return Cell(figure(value, digits), value=value)


def _price(value: float | None) -> Cell:
    return Cell(price(value), value=value)


def _share(value: float | None, digits: int = 1) -> Cell:
    return Cell(percent(value, digits), value=value)


def _quantity(value: float | None) -> Cell:
    whole = is_known(value) and value == round(value or 0.0)
    return Cell(figure(value, 0 if whole else 4), value=value)


def _rate(value: float | None) -> Cell:
    return Cell(percent(value, sign=True), value=value, tone=_tone(value))


def _money(value: float | None, currency: str, *, sign: bool = False, toned: bool = False) -> Cell:
    return Cell(money(value, currency, sign=sign), value=value, tone=_tone(value) if toned else "")


def _tone(value: float | None) -> str:
    return "" if not value or not is_known(value) else "up" if value > 0 else "down"
