"""``manage.py show_holders``: which funds hold a stock."""

from argparse import ArgumentParser
from typing import Any

from etfs.management.reading import ReadingCommand, add_as_of, add_json, add_region, amount, digits
from etfs.services import holders_get, stock_get
from market.models import Instrument


class Command(ReadingCommand):
    help = "Show the ETFs that hold a stock, by their own newest compositions, heaviest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("stock", help="005930, or KR:005930 where several regions list it")
        parser.add_argument("--top", type=int, default=50, metavar="N", help="funds shown (default 50; 0: all)")
        parser.add_argument(
            "--max-age", type=int, metavar="N", help="only compositions at most so many sessions old (default: all)"
        )
        add_region(parser, "only funds listed there (default: everywhere)")
        add_as_of(parser)
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.answered():
            stock = stock_get(options["stock"])
            rows = holders_get(
                stock=stock, as_of=options["as_of"], region=options["region"], max_age=options["max_age"]
            )
        if options["json"]:
            self.print_json({"stock": str(stock), "name": stock.name, "holders": rows})
        else:
            self._print(stock, rows, max(options["top"], 0) or len(rows))

    def _print(self, stock: Instrument, rows: list[dict[str, Any]], top: int) -> None:
        name = f"{stock} {stock.name}".strip()
        if not rows:
            self.say(f"no fund holds {name}")
            return
        shown = [
            (
                f"{row['region']}:{row['ticker']}", row["name"], str(row["as_of_date"]), _age(row),
                digits(row["weight"]), digits(row["weight_change"], sign=True), str(row["rank"]), amount(row["shares"]),
                f"{amount(row['market_value'])} {row['currency']}{' / unit' * row['per_unit']}"
                if row["market_value"] is not None else "-",
            )
            for row in rows[:top]
        ]  # fmt: skip
        columns = ("fund", "~name", "as of", ">age", ">%", ">change", ">rank", ">shares", ">value")
        left = f"the first {top} of {len(rows):,} (--top 0 shows all)" if top < len(rows) else ""
        self.show(f"Funds that hold {name}: {len(rows):,}", columns, shown, below=left)
        doubted = [f"{row['region']}:{row['ticker']}" for row in rows[:top] if row["state"] != "GOOD"]
        if any(row["freshness"] == "stale" for row in rows[:top]):
            self.say("age: sessions since then; stale: more than five (--max-age 5 leaves them out)")
        if doubted:
            self.say(f"flagged compositions: {', '.join(doubted)}")


def _age(row: dict[str, Any]) -> str:
    """``2``, ``1,307 stale``: the word of the checks and the admin."""
    return f"{row['sessions_old']:,}{' stale' if row['freshness'] == 'stale' else ''}"
