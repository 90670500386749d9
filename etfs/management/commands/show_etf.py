"""``manage.py show_etf``: what a fund is, how it goes, and what it holds."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from etfs.management.reading import ReadingCommand, add_as_of, add_json, amount, digits, facts, symbol_of
from etfs.models import ETF
from etfs.services import CompositionView, etf_get
from etfs.services.factsheets import fund_facts, newest_or_none
from etfs.services.stats import fund_as_known
from etfs.services.summaries import assets_day

FIGURES = ("hhi_percent", "effective_holdings", "top_10_percent")


class Command(ReadingCommand):
    help = "Show what an ETF is, its figures and its largest holdings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbol", help="069500, or KR:069500 where several regions list it")
        parser.add_argument("--top", type=int, default=10, metavar="N", help="lines shown (default 10; 0: none)")
        add_as_of(parser)
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.answered():
            fund = etf_get(options["symbol"])
            found = newest_or_none(fund=fund, as_of=options["as_of"], limit=max(options["top"], 0))
        if options["as_of"]:
            fund = fund_as_known(fund=fund, as_of=options["as_of"])
        if options["json"]:
            self.print_json(as_dict(fund, found))
            return
        self.say(f"{fund.instrument}  {fund.instrument.name}")
        self.out().print(facts(_facts(fund, assets_day(fund=fund, as_of=options["as_of"]))))
        if found is None:
            self.say("no composition" + (f" up to {options['as_of']}" if options["as_of"] else ""))
        else:
            self._print_composition(found)

    def _print_composition(self, found: CompositionView) -> None:
        held = found.snapshot
        self.say()
        if held.state != "GOOD":
            self.say(f"{held.state}: {held.message}")
        rows = [
            (
                str(row["rank"]), symbol_of(row), row["name"], digits(row["weight"]),
                digits(row["weight_change"], sign=True), amount(row["shares"]), amount(row["market_value"]),
            )
            for row in found.lines
        ]  # fmt: skip
        title = f"Held on {held.as_of_date} ({held.source}, {held.line_count:,} lines, {digits(held.weight_sum)} %)"
        title += ", of one creation unit" if held.per_unit else ""
        columns = (">#", "line", "~name", ">%", ">change", ">shares", f">{held.currency}")
        if rows:
            self.show(title, columns, rows)
        self.say(_summary(found))


def _summary(found: CompositionView) -> str:
    figures = found.figures
    told = f"largest ten {digits(figures['top_10_percent'])} %, as concentrated as"
    told += f" {digits(figures['effective_holdings'], 1)} equal holdings"
    if found.unresolved_weight:
        told += f"; {digits(found.unresolved_weight)} % are securities that are no instrument of ours"
    return told


def _facts(fund: ETF, assets_as_of: dt.date | None) -> list[tuple[str, str]]:
    """Percent, money in the trading currency, dates."""
    currency = fund.instrument.currency
    kinds = [("leverage", f"{float(fund.leverage_ratio):g} x" if fund.leverage_ratio != 1 else "")]
    kinds += [
        ("", word) for word, on in (("inverse", fund.is_inverse), ("synthetic", fund.is_synthetic),
        ("currency hedged", fund.currency_hedged)) if on
    ]  # fmt: skip
    return [
        ("category", " / ".join(part for part in (fund.get_category_display(), fund.subcategory) if part)),
        ("index", fund.tracking_index), ("issuer", fund.issuer), *kinds,
        ("assets", f"{amount(fund.total_assets)} {currency}{f' on {assets_as_of}' if assets_as_of else ''}"
            if fund.total_assets is not None else ""),
        ("fee", f"{float(fund.expense_ratio):g} % a year" if fund.expense_ratio is not None else ""),
        ("since", str(fund.inception_date or "")),
        ("premium", f"{digits(fund.premium_discount, sign=True)} %" if fund.premium_discount is not None else ""),
        ("tracking error", ", ".join(
            f"{digits(value)} % ({window}d)" for window in (20, 60, 120, 250)
            if (value := getattr(fund, f"tracking_error_{window}d")) is not None
        )),
        ("traded a day", f"{amount(fund.average_value_20d)} {currency}" if fund.average_value_20d else ""),
        ("figures of", str(fund.figures_as_of or "")),
    ]  # fmt: skip


def as_dict(fund: ETF, found: CompositionView | None) -> dict[str, Any]:
    return {
        "fund": fund_facts(fund=fund),
        "composition": None if found is None else {
            "as_of_date": found.snapshot.as_of_date, "source": found.snapshot.source, "state": found.snapshot.state,
            "message": found.snapshot.message, "currency": found.snapshot.currency,
            "per_unit": found.snapshot.per_unit,
            "weight_sum": found.snapshot.weight_sum, "line_count": found.snapshot.line_count,
            "unresolved_weight": found.unresolved_weight, **found.figures, "lines": found.lines,
        },
    }  # fmt: skip
