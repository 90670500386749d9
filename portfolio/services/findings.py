"""What a person should look at before believing a portfolio's figures, in plain sentences."""

import datetime as dt
from collections.abc import Iterator, Sequence
from hashlib import sha256

from django.core.cache import cache
from django.db.models import Subquery

from market.models import DataChange
from portfolio.calc.accounting import Kind
from portfolio.models import Portfolio
from portfolio.services.corporate_actions import actions_missing
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.record import Record, record_of
from portfolio.services.standing import Standing, standing_of
from portfolio.store.oddities import Bars, bars_behind, prices_apart

OLD = dt.timedelta(days=7)  # a price that much older than the session is worth a word
CENT = 0.005
APART = 0.5  # of the close: beyond that a price is another share's, or of before a split
PAYING = 1.0005  # growth of the adjusted close over the close; below it are rounded factors
KEPT = 7 * 86_400  # seconds
NAMED = 5  # assets and transactions in a sentence


def portfolio_findings(*, portfolio: Portfolio) -> list[str]:
    """``findings_of`` as of the last valued session; of a portfolio without a value, why it has none."""
    try:
        return findings_of(standing_of(portfolio=portfolio), record_of(portfolio=portfolio))
    except (PortfolioBusy, PortfolioError) as error:
        return [str(error)]


def findings_of(standing: Standing, record: Record) -> list[str]:
    """Sentences, none where all is well; by a number of queries that does not depend on the portfolio."""
    return [
        *_debts(standing), *_old_prices(standing), *_of_books(standing), *_later(standing), *_without_returns(record),
    ]  # fmt: skip


def _of_books(standing: Standing) -> list[str]:
    """What books and market data say of each other: it takes a look at every trade, and stays the same until one of
    the two changes. Kept until then.
    """
    known, own = standing.portfolio.pk, [one.instrument.pk for one in standing.held]
    key = books_key(known, standing.as_of)
    kept: list[str] | None = cache.get(key)
    if kept is not None:
        return kept
    bars = bars_behind(known, own, standing.as_of)
    found = [*_missing(standing), *_odd_prices(standing), *_adjusted(standing, bars), *_dividends(standing, bars)]
    cache.set(key, found, KEPT)
    return found


def books_key(portfolio_id: int, as_of: dt.date) -> str:
    """Another one after every change of transactions or market data. Times tell rows of two databases apart that have
    equal keys.
    """
    newest = DataChange.objects.order_by("-id")
    changed = {f"data_{name}": Subquery(newest.values(name)[:1]) for name in ("id", "created_at")}
    row = Portfolio.objects.filter(pk=portfolio_id).annotate(**changed)
    told = row.values_list("created_at", "revision", *changed).first()
    return "findings-" + sha256(f"{portfolio_id} {told} {as_of}".encode()).hexdigest()


def _debts(standing: Standing) -> Iterator[str]:
    for currency, amount in standing.cash.items():
        if amount < -CENT:
            yield f"{currency}: cash is {amount:,.2f}: a deposit is missing in the books, or it was lent"


def _old_prices(standing: Standing) -> Iterator[str]:
    for one in standing.held:
        if one.price_date is None or standing.as_of - one.price_date > OLD:
            since = f"of {one.price_date}" if one.price_date else "from before the first session"
            yield f"{one.instrument}: its price is {since}"


def _missing(standing: Standing) -> Iterator[str]:
    missing = actions_missing(portfolio=standing.portfolio)
    for kind, word in ((Kind.SPLIT, "split"), (Kind.DIVIDEND, "dividend")):
        own = [one for one in missing if one.kind == kind.name and one.ex_date <= standing.as_of]
        if own:
            count = f"{len(own):,} {word}{'s' if own[1:] else ''}"
            assets = _named([str(one.instrument) for one in own])
            yield f"{count} of {assets} not in the books: book what is missing under corporate-actions/"


def _odd_prices(standing: Standing) -> Iterator[str]:
    found = prices_apart(standing.portfolio.pk, standing.as_of, APART)
    for one in found[:NAMED]:
        yield (
            f"{one.symbol}: booked on {one.date} at {one.price:,.10g}, but the close of that day is {one.close:,.10g}:"
            " is it another share, or quantity and price of before a split?"
        )
    if found[NAMED:]:
        yield f"{len(found) - NAMED:,} more trades are booked at more than {APART:.0%} from the close of their day"


def _adjusted(standing: Standing, bars: dict[int, Bars]) -> Iterator[str]:
    adjusted = [one.instrument for one in standing.held if _of(bars, one.instrument.pk).close_is_adjusted]
    if adjusted:
        yield (
            f"{_named(map(str, adjusted))}: closes adjusted for splits, not those traded:"
            " quantities and prices must be split-adjusted, too, and no SPLIT booked"
        )
    split = [one for one in adjusted if _of(bars, one.pk).has_split]
    if split:
        yield f"{_named(map(str, split))}: a SPLIT is booked although the closes are adjusted for it: take it out"


def _dividends(standing: Standing, bars: dict[int, Bars]) -> Iterator[str]:
    unpaid = [str(one.instrument) for one in standing.held if _pays_unbooked(_of(bars, one.instrument.pk))]
    if unpaid:
        yield (
            f"{_named(unpaid)}: dividends are in the adjusted closes, but none is booked: the portfolio is measured"
            " without them, a benchmark of adjusted closes with them"
        )


def _pays_unbooked(bars: Bars) -> bool:
    return not bars.has_dividend and bars.growth > PAYING


def _later(standing: Standing) -> Iterator[str]:
    last = standing.portfolio.valued_to or standing.as_of
    count = standing.portfolio.transactions.filter(date__gt=last).count()
    if count:
        told = f"{count:,} transactions are" if count > 1 else "1 transaction is"
        yield f"{told} dated after the last valued session ({last}): not counted until there is a close of then"


def _without_returns(record: Record) -> Iterator[str]:
    gaps = record.gaps
    if len(gaps):
        count = f"{len(gaps):,} sessions from {gaps[0]} to {gaps[-1]} have" if len(gaps) > 1 else f"{gaps[0]} has"
        yield (
            f"{count} no return and are left out of the record: cash was owed, or money came out of nothing; book the"
            " DEPOSIT that paid for what was bought"
        )


def _of(bars: dict[int, Bars], instrument: int) -> Bars:
    return bars.get(instrument, Bars())


def _named(symbols: Iterator[str] | Sequence[str]) -> str:
    """Each once, the first few of them."""
    known = list(dict.fromkeys(symbols))
    more = f" and {len(known) - NAMED:,} more" if known[NAMED:] else ""
    return ", ".join(known[:NAMED]) + more
