"""Splits and cash dividends that happened to what is held, and are not in the books."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from market.models import CorporateAction, Instrument, PriceBar
from portfolio.calc.accounting import Kind, shares_before
from portfolio.models import Portfolio, Transaction
from portfolio.services.drafts import today_of
from portfolio.services.errors import PortfolioError
from portfolio.services.transactions import books_lock, transactions_add
from portfolio.store.books import book_read

SPLITS = (CorporateAction.Kind.SPLIT, CorporateAction.Kind.INFERRED)
KINDS = (*SPLITS, CorporateAction.Kind.CASH_DIVIDEND)
NEAR = dt.timedelta(days=5)
PAID_WITHIN = dt.timedelta(days=45)  # of the ex-date: when dividends reach an account


@dataclass(frozen=True)
class MissingAction:
    """``kind`` SPLIT or DIVIDEND; ``figure``: new shares per old one, or cash per share; ``quantity`` held before the
    ex-date, as the books have it; ``amount``: what a dividend pays. ``waits_for_split``: an earlier split of the asset
    is missing, too, so quantity and amount are of shares of before it.
    """

    id: int
    instrument: Instrument
    ex_date: dt.date
    kind: str
    figure: float
    quantity: float
    amount: float | None
    waits_for_split: bool


class _Action(NamedTuple):
    """``shares``: held before the ex-date."""

    id: int
    instrument: int
    ex_date: dt.date
    is_split: bool
    figure: float
    shares: float = 0.0


def actions_missing(*, portfolio: Portfolio) -> list[MissingAction]:
    """By ex-date and asset. In the books is a split with a SPLIT of the asset within 5 days, a dividend with a DIVIDEND
    from 5 days before its ex-date to 45 after it, each transaction for one of them. Splits of assets whose bars are
    adjusted for them do not count.
    """
    actions = _actions(portfolio)
    if not actions:
        return []
    book = book_read(portfolio.pk)
    known = Instrument.objects.in_bulk(list(actions))
    booked = _booked(portfolio)
    found: list[MissingAction] = []
    for key, own in actions.items():
        asset, today = known[key], today_of(known[key], "")
        days = np.array([one.ex_date for one in own], dtype="datetime64[D]")
        held = shares_before(book.transactions, book.instruments.index(key), days).tolist()
        happened = [
            one._replace(shares=shares)
            for one, shares in zip(own, held, strict=True) if shares > 0 and one.ex_date <= today
        ]  # fmt: skip
        found += [_missing(one, asset, is_late) for one, is_late in _unanswered(happened, booked)]
    return sorted(found, key=lambda one: (one.ex_date, str(one.instrument), one.kind == Kind.DIVIDEND.name))


def _actions(portfolio: Portfolio) -> dict[int, list[_Action]]:
    """Of what the portfolio ever had, by instrument and ex-date: those that have a figure, and are not in the bars."""
    instruments = Transaction.objects.filter(portfolio=portfolio, instrument__isnull=False).order_by()
    bars = PriceBar.objects.filter(instrument_id=OuterRef("instrument_id"), date__lt=OuterRef("ex_date"))
    adjusted = Subquery(bars.order_by("-date").values("close_is_adjusted")[:1])
    rows: QuerySet[Any] = CorporateAction.objects.filter(
        instrument_id__in=list(instruments.values_list("instrument_id", flat=True).distinct()), kind__in=KINDS
    )
    rows = rows.annotate(adjusted=Case(When(kind__in=SPLITS, then=adjusted), default=False))
    columns = ("id", "instrument_id", "ex_date", "kind", "ratio", "amount", "adjusted")
    found: dict[int, list[_Action]] = defaultdict(list)
    for key, instrument, day, kind, ratio, amount, is_adjusted in rows.order_by("ex_date", "kind").values_list(
        *columns
    ):
        is_split = kind in SPLITS
        figure = float((ratio if is_split else amount) or 0.0)
        if figure > 0 and not (is_split and (is_adjusted or figure == 1.0)):
            found[instrument].append(_Action(key, instrument, day, is_split, figure))
    return found


def _booked(portfolio: Portfolio) -> dict[tuple[int | None, str], list[dt.date]]:
    """Days of splits and dividends by asset and kind, ascending."""
    rows = Transaction.objects.filter(portfolio=portfolio, kind__in=(Kind.SPLIT.name, Kind.DIVIDEND.name))
    found: dict[tuple[int | None, str], list[dt.date]] = defaultdict(list)
    for instrument, kind, day in rows.order_by("date").values_list("instrument_id", "kind", "date"):
        found[instrument, kind].append(day)
    return found


def _unanswered(
    actions: Sequence[_Action], booked: dict[tuple[int | None, str], list[dt.date]]
) -> list[tuple[_Action, bool]]:  # fmt: skip
    """The actions of one asset that no transaction answers, and whether each comes after a split that is missing."""
    if not actions:
        return []
    key = actions[0].instrument
    left = _left([one for one in actions if one.is_split], booked[key, Kind.SPLIT.name], NEAR)
    first = min((one.ex_date for one in left), default=dt.date.max)
    left += _left([one for one in actions if not one.is_split], booked[key, Kind.DIVIDEND.name], PAID_WITHIN)
    return [(one, first < one.ex_date) for one in left]


def _left(actions: list[_Action], days: Sequence[dt.date], later: dt.timedelta) -> list[_Action]:
    """Each day answers the last action before it that is still open."""
    left = list(actions)
    for day in days:
        place = bisect_right(left, day + NEAR, key=lambda one: one.ex_date) - 1
        if place >= 0 and day <= left[place].ex_date + later:
            del left[place]
    return left


def _missing(action: _Action, asset: Instrument, is_late: bool) -> MissingAction:
    kind, amount = (Kind.SPLIT, None) if action.is_split else (Kind.DIVIDEND, action.shares * action.figure)
    return MissingAction(
        action.id, asset, action.ex_date, kind.name, action.figure, action.shares, amount, is_late
    )  # fmt: skip


@transaction.atomic
def actions_book(*, portfolio: Portfolio, ids: Sequence[int]) -> list[Transaction]:
    """Book missing actions by their ids: splits first, then dividends of the shares that are held with them.

    PortfolioError (ids: reason) for one that is not missing, or a dividend after a split that would stay missing.
    """
    books_lock(portfolio)
    chosen = _chosen(portfolio, ids)
    splits = [one for one in chosen if one.kind == Kind.SPLIT.name]
    booked = _book(portfolio, splits)
    dividends = set(ids) - {one.id for one in splits}
    if not dividends:
        return booked
    rows = _chosen(portfolio, sorted(dividends))
    waiting = next((one for one in rows if one.waits_for_split), None)
    if waiting:
        raise PortfolioError(f"ids: before the dividend of {waiting.instrument} on {waiting.ex_date} book its split")
    return booked + _book(portfolio, rows)


def _chosen(portfolio: Portfolio, ids: Sequence[int]) -> list[MissingAction]:
    missing = {one.id: one for one in actions_missing(portfolio=portfolio)}
    unknown = [one for one in ids if one not in missing]
    if unknown or not ids:
        raise PortfolioError(f"ids: {f'#{unknown[0]} is not' if unknown else 'none'} of what is missing in the books")
    return [missing[one] for one in dict.fromkeys(ids)]


def _book(portfolio: Portfolio, actions: Sequence[MissingAction]) -> list[Transaction]:
    rows: list[dict[str, Any]] = []
    for one in actions:
        row = {"date": one.ex_date, "kind": one.kind, "asset": str(one.instrument), "note": "corporate action"}
        if one.kind == Kind.DIVIDEND.name:
            row |= {"quantity": repr(one.quantity), "price": repr(one.figure), "amount": repr(one.amount)}
        else:
            row["quantity"] = repr(one.figure)
        rows.append(row)
    return transactions_add(portfolio=portfolio, rows=rows, source="corporate actions") if rows else []
