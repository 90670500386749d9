"""A portfolio's transactions into arrays, its daily rows and states out of and into the tables."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import TypeVar

import numpy as np
from django.db import connection

from market.models import PriceBar
from market.store.copying import Column, copy_rows, read_rows
from portfolio.calc.accounting import Kind, State, Transactions, pack, unpack
from portfolio.calc.keeping import days_to_keep
from portfolio.models import PortfolioPerformanceHistory, PortfolioRiskMetrics, Transaction, ValuationState

Name = TypeVar("Name", int, str)
LOCK_CLASS = 7423  # of computations, by portfolio
_FIGURES = ("quantity", "price", "amount", "fee", "tax")


@dataclass(frozen=True)
class Book:
    """Transactions whose ``asset`` is the place in ``instruments`` (ids, by their first transaction) and whose
    ``currency`` the place in ``currencies``; ``id`` is the row's key.
    """

    transactions: Transactions
    instruments: tuple[int, ...]
    currencies: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """A stored state, with what its columns stand for."""

    state: State
    instruments: tuple[int, ...]
    currencies: tuple[str, ...]

    @property
    def date(self) -> dt.date:
        """The day after which it is; ValueError for the state before everything, which is not stored."""
        if self.state.day is None:
            raise ValueError("a state before everything has no day")
        return dt.date.fromisoformat(str(self.state.day))


@dataclass(frozen=True)
class Daily:
    """Columns of ``PortfolioPerformanceHistory`` by session: ``date`` datetime64[D] [T], the others float64 [T], NaN
    for null, ``carried`` int.
    """

    date: np.ndarray
    value: np.ndarray
    cash: np.ndarray
    inflow: np.ndarray
    outflow: np.ndarray
    income: np.ndarray
    fees: np.ndarray
    taxes: np.ndarray
    daily_return: np.ndarray
    twr_index: np.ndarray
    carried: np.ndarray
    volatility: np.ndarray
    sharpe_ratio: np.ndarray
    var_95: np.ndarray
    benchmark_return: np.ndarray
    beta: np.ndarray
    alpha: np.ndarray

    def rows(self, part: slice) -> "Daily":
        """Some of the sessions."""
        return Daily(**{field.name: getattr(self, field.name)[part] for field in fields(self)})


def portfolio_lock(portfolio_id: int) -> None:
    """Wait for the other computation of this portfolio; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, portfolio_id])


@dataclass(frozen=True)
class Scope:
    """What a portfolio's transactions are of: ids of all ``instruments``, and the date of the ``first`` one."""

    instruments: frozenset[int]
    first: dt.date


def scope_read(portfolio_id: int) -> Scope | None:
    """None for a portfolio without transactions."""
    rows = Transaction.objects.filter(portfolio_id=portfolio_id).order_by("date")
    first = rows.values_list("date", flat=True).first()
    if first is None:
        return None
    ids = rows.filter(instrument__isnull=False).order_by().values_list("instrument_id", flat=True).distinct()
    return Scope(frozenset(ids), first)


def book_read(portfolio_id: int, after: Kept | None = None) -> Book:
    """Transactions of a portfolio in the order of their dates: all of them, or those behind the day of a stored state,
    whose instruments and currencies keep their places.
    """
    known: tuple[Sequence[int], Sequence[str]] = ((), ()) if after is None else (after.instruments, after.currencies)
    since = None if after is None else after.date
    kinds = " ".join(f"WHEN '{kind.name}' THEN {kind.value}" for kind in Kind)
    query = (
        f"SELECT id, CASE kind {kinds} END::int4 AS kind, date, coalesce(instrument_id, 0)::int4 AS instrument,"
        + "".join(f" coalesce({name}::float8, 'NaN') AS {name}," for name in _FIGURES)
        + " sequence, currency FROM portfolio_transaction WHERE portfolio_id = %s"
        " AND date > coalesce(%s, '-infinity'::date) ORDER BY date, sequence, id"
    )
    layout = {"id": "int8", "kind": "int4", "date": "date", "instrument": "int4"}
    layout |= dict.fromkeys(_FIGURES, "float8") | {"sequence": "int4", "currency": "char3"}
    with connection.cursor() as cursor:
        rows = read_rows(cursor, query, [portfolio_id, since], layout)
    instruments = _places(known[0], rows["instrument"][rows["instrument"] > 0].tolist())
    codes = rows["currency"].astype(str).tolist()
    currencies = _places(known[1], codes)
    columns = {name: rows[name] for name in ("id", "kind", *_FIGURES, "sequence")}
    return Book(
        Transactions(
            date=rows["date"].astype("datetime64[D]"),
            asset=np.array([instruments.get(one, -1) for one in rows["instrument"].tolist()], dtype=np.int64),
            currency=np.array([currencies[one] for one in codes], dtype=np.int64),
            **columns,
        ),
        tuple(instruments),
        tuple(currencies),
    )


def _places(known: Sequence[Name], found: Sequence[Name]) -> dict[Name, int]:
    places: dict[Name, int] = {}
    for one in chain(known, found):
        places.setdefault(one, len(places))
    return places


def state_before(portfolio_id: int, day: np.datetime64, version: int) -> Kept | None:
    """The newest stored state of a day before ``day``, of those that this ``version`` can read."""
    rows = ValuationState.objects.filter(portfolio_id=portfolio_id, state__version=version)
    row = rows.filter(date__lt=day.item()).order_by("-date").first()
    return None if row is None else Kept(unpack(row.state), tuple(row.instruments), tuple(row.currencies))


def daily_read(portfolio_id: int, *, until: np.datetime64 | None = None, last: int | None = None) -> Daily:
    """Rows up to ``until`` (None: all), the ``last`` of them alone, ascending."""
    names = [field.name for field in fields(Daily)]
    figures = ", ".join(f"coalesce({name}, 'NaN') AS {name}" for name in names if name not in ("date", "carried"))
    query = (
        f"SELECT date, carried, {figures} FROM {PortfolioPerformanceHistory._meta.db_table}"
        " WHERE portfolio_id = %s AND date <= coalesce(%s, 'infinity'::date) ORDER BY date DESC LIMIT %s"
    )
    layout = {"date": "date", "carried": "int4"} | {name: "float8" for name in names if name not in ("date", "carried")}
    with connection.cursor() as cursor:
        rows = read_rows(cursor, query, [portfolio_id, None if until is None else until.item(), last], layout)[::-1]
    columns = {name: np.array(rows[name]) for name in names}
    return Daily(**columns | {"date": columns["date"].astype("datetime64[D]")})


def sessions_read(portfolio_id: int, until: dt.date) -> np.ndarray:
    """The dates of rows up to ``until``, ascending: datetime64[D]."""
    with connection.cursor() as cursor:
        rows = read_rows(
            cursor,
            f"SELECT date FROM {PortfolioPerformanceHistory._meta.db_table} WHERE portfolio_id = %s AND date <= %s"
            " ORDER BY date",
            [portfolio_id, until],
            {"date": "date"},
        )
    return rows["date"].astype("datetime64[D]")


def has_other_sessions(portfolio_id: int, instruments: Collection[int], first: dt.date, until: dt.date) -> bool:
    """Whether one of ``instruments`` has a bar on a day from ``first`` to ``until`` that has no row."""
    rows = PortfolioPerformanceHistory.objects.filter(portfolio_id=portfolio_id)
    bars = PriceBar.objects.filter(instrument_id__in=instruments, date__gte=first, date__lte=until)
    return bool(instruments) and bars.exclude(date__in=rows.values("date")).exists()


def daily_replace(portfolio_id: int, after: np.datetime64 | None, rows: Daily | None) -> None:
    """Put ``rows`` (None: nothing) in the place of all behind the day ``after`` (None: of all), in the caller's
    transaction. Risk metrics of those sessions go with them.
    """
    behind = {"portfolio_id": portfolio_id} | ({} if after is None else {"date__gt": after.item()})
    PortfolioPerformanceHistory.objects.filter(**behind).delete()
    PortfolioRiskMetrics.objects.filter(**behind).delete()
    if rows is None:
        return
    columns = {"portfolio_id": Column("int8", np.full(len(rows.date), portfolio_id))}
    for field in fields(Daily):
        kind = {"date": "date", "carried": "int4"}.get(field.name, "float8")
        columns[field.name] = Column(kind, getattr(rows, field.name))
    with connection.cursor() as cursor:
        copy_rows(cursor, PortfolioPerformanceHistory._meta.db_table, columns)


def newest_date(portfolio_id: int) -> dt.date | None:
    """The last session with a row."""
    rows = PortfolioPerformanceHistory.objects.filter(portfolio_id=portfolio_id)
    return rows.order_by("-date").values_list("date", flat=True).first()


def states_replace(portfolio_id: int, after: np.datetime64 | None, states: Sequence[Kept]) -> None:
    """Put ``states`` in the place of all behind the day ``after`` (None: of all)."""
    old = ValuationState.objects.filter(portfolio_id=portfolio_id)
    (old if after is None else old.filter(date__gt=after.item())).delete()
    ValuationState.objects.bulk_create([_row(portfolio_id, kept) for kept in states])


def states_thin(portfolio_id: int) -> None:
    """Leave the states of ``days_to_keep``."""
    rows = ValuationState.objects.filter(portfolio_id=portfolio_id).order_by("date")
    days = np.array(list(rows.values_list("date", flat=True)), dtype="datetime64[D]")
    kept = set(days_to_keep(days).tolist())
    rows.filter(date__in=[day for day in days.tolist() if day not in kept]).delete()


def _row(portfolio_id: int, kept: Kept) -> ValuationState:
    return ValuationState(
        portfolio_id=portfolio_id, date=kept.date, instruments=list(kept.instruments),
        currencies=list(kept.currencies), state=pack(kept.state),
    )  # fmt: skip
