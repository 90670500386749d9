"""Files of transactions and of opening positions: columns under the names that brokers give them, as rows of text."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etfs.services.lookup import symbol_parts
from market.regions import REGIONS
from market.sources.base import BadRow, FileProblem
from market.sources.files import parse_csv, pick, to_utf8
from portfolio.services.errors import PortfolioError

MOST_ROWS = 50_000
MOST_BYTES = 20_000_000
LONGEST_LINE = 10_000  # bytes; a thousand would do
TRANSACTIONS, POSITIONS = "transactions", "positions"
KINDS = (TRANSACTIONS, POSITIONS)
CASH = ("cash", "현금", "예수금")

_COMMON: dict[str, tuple[str, ...]] = {
    "date": (
        "date", "trade date", "trade_date", "tradedate", "transaction date", "transaction_date", "거래일", "거래일자",
        "일자",
    ),
    "asset": ("asset", "symbol", "ticker", "instrument", "security", "code", "종목코드", "종목번호", "티커"),
    "isin": ("isin", "isin code", "표준코드"),
    "region": ("region", "market", "country", "국가", "시장"),
    "quantity": ("quantity", "qty", "shares", "units", "volume", "수량", "거래수량", "보유수량", "잔고수량"),
    "currency": ("currency", "ccy", "currency code", "통화", "통화코드"),
    "note": ("note", "notes", "description", "memo", "comment", "comments", "적요", "비고"),
}  # fmt: skip
WANTED: dict[str, dict[str, tuple[str, ...]]] = {
    TRANSACTIONS: _COMMON | {
        "kind": (
            "kind", "type", "action", "transaction type", "transaction_type", "side", "transaction", "거래구분", "구분",
            "거래종류",
        ),
        "price": (
            "price", "price per share", "unit price", "share price", "trade price", "단가", "거래단가", "체결단가",
        ),
        "amount": ("amount", "gross amount", "gross", "total", "value", "금액", "거래금액", "체결금액"),
        "fee": ("fee", "fees", "commission", "commissions", "brokerage", "수수료"),
        "tax": ("tax", "taxes", "withholding tax", "세금", "제세금", "거래세"),
        "sequence": ("sequence",),
    },
    POSITIONS: _COMMON | {
        "price": (
            "cost", "average price", "average_price", "avg price", "average cost", "avg cost", "cost per share",
            "purchase price", "price", "평균단가", "평단가", "매입단가",
        ),
        "amount": ("cost basis", "total cost", "cost_basis", "amount", "매입금액"),
    },
}  # fmt: skip
_REQUIRED = {TRANSACTIONS: ("date", "kind"), POSITIONS: ("quantity",)}


@dataclass(frozen=True)
class FileRows:
    """``rows``: cells under our names; ``raw``: as they came; ``numbers``: 1 is the first below the header; ``bad``:
    rows that are none.
    """

    rows: list[dict[str, str]]
    raw: list[dict[str, str]]
    numbers: list[int]
    bad: tuple[BadRow, ...]
    columns: list[str]


def file_rows(*, content: bytes, name: str, kind: str, date: dt.date | None = None) -> FileRows:
    """Read a CSV (UTF-8 or CP949; comma, semicolon, tab or bar between). ``date``: of positions that have none.

    PortfolioError (file: reason) for what is no such file: empty, binary, without a needed column, too large.
    """
    if kind not in KINDS:
        raise PortfolioError(f"kind: {kind[:40]!r} is neither of {', '.join(KINDS)}")
    _bounded(content)
    try:
        if not content.strip():
            raise FileProblem(f"{name}: the file is empty")
        table, numbers, bad = parse_csv(to_utf8(content, name), name)
        picked = pick(table, WANTED[kind], required=_REQUIRED[kind], name=name)
        if not {"asset", "isin"} & set(picked.column_names):
            pick(table, WANTED[kind], required=("asset",), name=name)
    except (FileProblem, UnicodeDecodeError) as error:
        raise PortfolioError(f"file: {error}") from error
    cells = [_asset_named(row) for row in picked.to_pylist()]
    rows = [_position(row, date) for row in cells] if kind == POSITIONS else cells
    return FileRows(rows, table.to_pylist(), numbers.tolist(), bad, table.column_names)


def _bounded(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise PortfolioError(f"file: {len(content) / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:,.0f} MB are read at once")
    lines = content.replace(b"\r", b"\n").split(b"\n")
    if len(lines) > MOST_ROWS + 2:
        raise PortfolioError(f"file: {len(lines):,} lines; at most {MOST_ROWS:,} rows are read at once")
    longest = max(map(len, lines))
    if longest > LONGEST_LINE:
        at = next(place for place, line in enumerate(lines, 1) if len(line) == longest)
        raise PortfolioError(f"file: line {at:,} has {longest:,} bytes; at most {LONGEST_LINE:,} are read")


def _asset_named(row: Mapping[str, str]) -> dict[str, str]:
    """With one ``asset`` instead of ticker, ISIN and region; a ``region`` that is none of ours says nothing."""
    cells = {name: text for name, text in row.items() if name not in ("isin", "region")}
    word, region = cells.get("asset", "").strip(), row.get("region", "").strip().upper()
    if word and not symbol_parts(word)[0] and region in REGIONS:
        word = f"{region}:{word}"
    return cells | {"asset": word or row.get("isin", "")}


def _position(row: Mapping[str, str], date: dt.date | None) -> dict[str, str]:
    """A position as the transaction that brings it in: a transfer with its cost, a deposit of cash."""
    day = row.get("date", "").strip() or (str(date) if date else "")
    cells = {**row, "date": day, "kind": "TRANSFER"}
    if row["asset"].strip().lower() not in CASH:
        return cells
    quantity = row["quantity"].strip() or row.get("amount", "")
    return cells | {"kind": "DEPOSIT", "asset": "", "quantity": "", "price": "", "amount": quantity}


def own_columns(columns: Sequence[str]) -> list[str]:
    """The columns of a file without those that a file of refused rows has before them."""
    return [name for name in columns if name not in ("row_number", "column", "reason", "message")]
