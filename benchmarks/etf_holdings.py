"""Five million lines of holdings of 500 funds: how long single questions take, and an import of 660 files."""

import datetime as dt
import itertools
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from benchmarks.database import BenchDatabase
from benchmarks.job import run_process
from benchmarks.report import Report, Row, step
from benchmarks.universe import AS_OF
from etfs import services
from etfs.models import ETF, Category, HoldingLine, Kind, Snapshot
from market.calendars import sessions_before
from market.models import Instrument

FUNDS, LINES, DAYS, STOCKS, STAT_DAYS = 500, 200, 50, 4_000, 250
COMMON = 20  # stocks that every fund holds: the hardest question is who holds one of those
FILES, FILE_LINES = 660, 60
WARM_UP = 3
REGION = "KR"


_PLACES = """
    CREATE TEMP TABLE lines_in_order AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
    FROM etfs_holdingline WHERE key LIKE 'bench|%%'
"""
_SNAPSHOTS = """
    INSERT INTO etfs_snapshot (etf_id, as_of_date, source, state, is_served, per_unit, currency, weight_sum, line_count,
        message, imported_at, accepted)
    SELECT f, d, 'bench', 'GOOD', true, false, 'USD', 100, %s, '', now(), '[]'
    FROM unnest(%s::int[]) f, unnest(%s::date[]) d
"""
_HOLDINGS = """
    INSERT INTO etfs_etfholding (etf_id, line_id, as_of_date, weight, shares, market_value, rank, weight_change, source)
    SELECT f.id, l.id, d.day, w.weight, 1000 + k, (1000 + k) * 12.34, k + 1, 0.01, 'bench'
    FROM unnest(%s::int[]) WITH ORDINALITY f (id, n), generate_series(0, %s) k,
        unnest(%s::date[]) WITH ORDINALITY d (day, n), LATERAL (
            SELECT round((CASE WHEN k < 5 THEN 7.0 ELSE 65.0 / (%s - 5) END + (f.n + d.n + k) %% 7 * 0.001)::numeric, 4)
                AS weight
        ) w
    JOIN lines_in_order l ON true
    WHERE l.place = CASE WHEN k < %s THEN k ELSE %s + (f.n * 13 + k * (1 + f.n %% %s)) %% %s END
"""
_STATS = """
    INSERT INTO etfs_etfdailystat (etf_id, date, nav, total_assets, close, shares_outstanding, net_flow, source)
    SELECT f, d, 10000, 1e12, 10010, 1e8, (hashint4(f) %% 1000) * 1e6, 'bench'
    FROM unnest(%s::int[]) f, unnest(%s::date[]) d
"""


def fill(part: int) -> int:
    """Funds, lines, compositions and daily figures in the database; returns the number of lines of holdings."""
    funds = FUNDS // part
    days = [day.item() for day in sessions_before(REGION, AS_OF, DAYS)]
    stocks = list(Instrument.objects.filter(asset_type=Instrument.AssetType.STOCK, region="US").order_by("id")[:STOCKS])
    HoldingLine.objects.bulk_create(
        HoldingLine(key=f"bench|{stock.ticker}", kind=Kind.STOCK, instrument=stock, ticker=stock.ticker)
        for stock in stocks
    )
    categories = itertools.cycle((Category.INDEX, Category.SECTOR, Category.THEME, Category.BOND))
    made = Instrument.objects.bulk_create(
        Instrument(region=REGION, ticker=f"E{i:05d}", name=f"Fund {i}", asset_type="ETF", currency="KRW")
        for i in range(funds)
    )
    ETF.objects.bulk_create(
        ETF(instrument=one, region=REGION, category=next(categories), total_assets=10**11 * (i % 50 + 1))
        for i, one in enumerate(made)
    )
    _write([fund.pk for fund in made], days, len(stocks))
    return funds * LINES * len(days)


def _write(funds: list[int], days: list[dt.date], stocks: int) -> None:
    """Holdings by INSERT ... SELECT: fund f holds the common stocks and 180 others, weights moving from day to day."""
    stat_days = [day.item() for day in sessions_before(REGION, AS_OF, STAT_DAYS)]
    stride = min(7, (stocks - COMMON) // LINES)  # so that no fund comes to a stock twice
    with connection.cursor() as cursor:
        cursor.execute(_PLACES)
        cursor.execute(_SNAPSHOTS, [LINES, funds, days])
        cursor.execute(_HOLDINGS, [funds, LINES - 1, days, LINES, COMMON, COMMON, stride, stocks - COMMON])
        cursor.execute(_STATS, [funds, stat_days])
        for table in ("etfs_etfholding", "etfs_snapshot", "etfs_etfdailystat", "etfs_holdingline", "etfs_etf"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def measure(database: BenchDatabase, report: Report, runs: int, part: int) -> None:
    """Every question the issue has a figure for, median and 99th percentile, each to another fund or stock."""
    if not Snapshot.objects.filter(source="bench").exists():
        with step(f"filling in {FUNDS // part:,} funds and their compositions"):
            report.notes.append(f"Questions about ETFs were put to {fill(part):,} lines of holdings.")
    funds = list(ETF.objects.filter(region=REGION).select_related("instrument").order_by("pk"))
    lines = HoldingLine.objects.filter(key__startswith="bench|").select_related("instrument").order_by("pk")
    stocks = [line.instrument for line in lines[: STOCKS // 2]]
    count = max(100, 20 * runs)
    few = count // 5
    flows_of = f"flows of {len(funds)} ETFs"
    with step("questions about ETFs"):
        _ask(report, "stock -> ETFs (held by all)", partial(_holders, stocks[:COMMON]), count, median=10, worst=25)
        _ask(report, "stock -> ETFs (any stock)", partial(_holders, stocks), count)
        _ask(report, "ETF -> stocks", partial(_composition, funds), count, median=5, worst=15)
        _ask(report, "weight history of a pair", partial(_weights, funds, stocks[:COMMON]), count, median=5, worst=10)
        _ask(report, f"{flows_of}, 20 sessions", partial(_flows, 20), count, median=50, worst=100)
        _ask(report, f"{flows_of}, a year", partial(_flows, STAT_DAYS), few)
        _ask(report, "high-weight lines (>= 5 %)", _heavy, few, median=50)
        _ask(report, "overlap matrix of 100 ETFs", partial(_overlap, funds[:100]), few, median=200)
        _ask(report, "look-through of ten ETFs", partial(_look_through, funds), few)
        _answers(report, funds, stocks, count)
        _naive(report, stocks[:COMMON])
    _import(database, report, min(3, runs), part)


def _ask(
    report: Report, name: str, ask: Callable[[int], object], count: int, *, median: float | None = None,
    worst: float | None = None,
) -> None:  # fmt: skip
    found = [_milliseconds(ask, i) for i in range(count + WARM_UP)][WARM_UP:]
    report.add(Row(f"ETFs: {name}", "ms", found, median))
    report.add(Row(f"ETFs: {name}, 99th percentile", "ms", [float(np.percentile(found, 99))], worst))


def _milliseconds(ask: Callable[[int], object], number: int) -> float:
    began = time.perf_counter()
    ask(number)
    return 1000 * (time.perf_counter() - began)


def _holders(stocks: list[Instrument], i: int) -> object:
    return services.holders_get(stock=stocks[i * 37 % len(stocks)])


def _weights(funds: list[ETF], stocks: list[Instrument], i: int) -> object:
    return services.weights_get(fund=funds[i % len(funds)], stock=stocks[i % len(stocks)])


def _composition(funds: list[ETF], i: int) -> object:
    return services.composition_get(fund=funds[i % len(funds)])


def _heavy(i: int) -> object:
    return services.heavy_get()


def _flows(sessions: int, i: int) -> object:
    return services.flows_get(region=REGION, start=sessions_before(REGION, AS_OF, sessions)[0].item(), end=AS_OF)


def _overlap(funds: list[ETF], i: int) -> object:
    return services.overlap_matrix(funds=funds)


def _look_through(funds: list[ETF], i: int) -> object:
    return services.look_through_get(positions=[(fund.instrument, 1.0) for fund in funds[i : i + 10]])


def _answers(report: Report, funds: list[ETF], stocks: list[Instrument], count: int) -> None:
    """The same over HTTP, without a network."""
    client = Client(headers={"host": "localhost"})
    client.force_login(
        get_user_model().objects.get_or_create(username="bench")[0]
    )  # without the rate of anonymous ones
    addresses = {
        "holders": lambda i: f"/api/etf-holders/?stock={stocks[i * 37 % COMMON]}",
        "holdings": lambda i: f"/api/etfs/{funds[i % len(funds)].instrument.ticker}/holdings",
        "detail": lambda i: f"/api/etfs/{funds[i % len(funds)].instrument.ticker}",
        "flows": lambda i: f"/api/etf-flows/?region={REGION}&to={AS_OF}",
    }
    for name, address in addresses.items():

        def ask(i: int, address: Callable[[int], str] = address) -> None:
            answer = client.get(address(i))
            if answer.status_code != 200:
                raise RuntimeError(f"{address(i)}: {answer.status_code} {answer.content[:200]!r}")

        _ask(report, f"API answer, {name}", ask, count, median=100)


def _naive(report: Report, stocks: list[Instrument]) -> None:
    """The same question the plain way: the newest row of each fund that ever held the stock, then drop those that
    sold."""
    query = """
        SELECT DISTINCT ON (h.etf_id) h.etf_id, h.weight, h.as_of_date,
            (SELECT max(as_of_date) FROM etfs_etfholding x WHERE x.etf_id = h.etf_id) AS newest
        FROM etfs_etfholding h JOIN etfs_holdingline n ON n.id = h.line_id
        WHERE n.instrument_id = %s ORDER BY h.etf_id, h.as_of_date DESC
    """
    spent = []
    for stock in stocks[:5]:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(query, [stock.pk])
            found = {row[0] for row in cursor.fetchall() if row[2] == row[3]}
        spent.append(1000 * (time.perf_counter() - began))
        if found != {row["etf_id"] for row in services.holders_get(stock=stock)}:
            raise RuntimeError(f"{stock}: the plain way finds other funds")
    report.add(Row("ETFs: baseline, stock -> ETFs by newest row of each fund", "ms", spent))


def _import(database: BenchDatabase, report: Report, runs: int, part: int) -> None:
    """660 files in ARK's layout as a process, into a database that does not know them."""
    count, spent = FILES // part, []
    with step(f"importing {count} files as a process"):
        for number in range(runs):
            with database.beside(f"etf{number}"):
                files = _files(database.scratch / "ark", count)
                done = run_process(
                    ["load_etfs", "--region", "US", "--source", "ark", "--json", *files], database.scratch / "etf.json"
                )
                _check(json.loads(done.printed), count)
                spent.append(done.seconds)
    report.add(Row(f"ETFs: import of {count} files in ARK's layout, as a process", "s", spent, 20.0))


def _check(run: dict, files: int) -> None:
    if run["state"] != "DONE" or len(run["items"]) != files:
        raise RuntimeError(f"the import ended {run['state']}: {run['message']}")


def _files(folder: Path, count: int) -> list[str]:
    """Files of two funds, a day each, 60 lines whose weights add up to 100."""
    folder.mkdir(parents=True, exist_ok=True)
    header = 'date,fund,company,ticker,cusip,shares,"market value ($)","weight (%)"\n'
    made = []
    days = sessions_before("US", AS_OF, (count + 1) // 2)
    for number in range(count):
        fund, day = ("BNCA", "BNCB")[number % 2], days[number // 2].item()
        rows = [
            f'{day:%m/%d/%Y},{fund},"COMPANY {k}",T{k:03d},{number % 2}0000{k:04d},"{1000 + k + number:,}",'
            f'"${(1000 + k) * 100:,}.00",{100 / FILE_LINES + (0.01 if k % 2 else -0.01) * (number % 3):.4f}%\n'
            for k in range(FILE_LINES)
        ]
        path = folder / f"{fund}-{day}.csv"
        path.write_text(header + "".join(rows))
        made.append(str(path))
    return made
