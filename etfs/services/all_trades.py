"""What all funds together bought and sold between two days."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etfs.calc.changes import compare
from etfs.calc.consensus import Consensus, consensus
from etfs.calc.snapshot import Snapshot, locate
from etfs.calc.splits import Splits
from etfs.calc.trade_values import trade_values
from etfs.services.errors import EtfError
from etfs.services.flows import flow_window
from etfs.services.keys import keys_described
from etfs.services.lookup import day_or_today
from etfs.services.splits_between import Action, actions_known, splits_between
from etfs.services.won import krw_per
from etfs.store.pairs import between_read, ends_read, newest_two, pairs_read

NAMES = ("region", "ticker", "name", "sector", "kind", "instrument_id")
COUNTS = ("added", "bought", "sold", "dropped")
Pair = dict[str, Any]
STRIDE = 1 << 32  # a fund's securities are numbered from its place times this on
SEEN = np.log(1.4), np.log(1.2)  # counts and prices that moved apart so far may be a split; so may a price alone


@dataclass(frozen=True)
class AllTrades:
    """``rows``: a security each, the most bought first: funds that added, bought, sold and dropped it, and the values
    ``bought_value``, ``sold_value``, ``net_value`` in ``currency``; ``unvalued``: trades among them without a value.

    ``compared`` funds have compositions of two days, ``without`` have one only.
    """

    start: dt.date
    end: dt.date
    currency: str
    rows: list[dict[str, Any]]
    compared: int
    without: int


def all_trades(*, region: str = "", start: dt.date | None = None, end: dt.date | None = None) -> AllTrades:
    """Each fund's (of a region, or all) newest composition up to ``start`` against that up to ``end``, by share counts
    after splits; lines that are none of our instruments are left out.

    ``end`` None: the newest day on which a fund has a composition and one before it; ``start`` None: 20 sessions
    before, or where no fund has a composition by then, the day of that one before. Money is in the funds' currency
    where they have one in common, else in won. Baskets of one creation unit say what was bought, not for how much.
    EtfError for days that are not in order.
    """
    newest = newest_two(region)
    last = end or (newest[1] if newest else day_or_today(None))
    first = start or flow_window(region=region, end=last)[0]
    if first >= last:
        raise EtfError(f"from: {first} is not before to ({last})")
    known, pairs = _pairs(first, last, region)
    if not pairs and newest and not (start or end):
        first = newest[0]
        known, pairs = _pairs(first, last, region)
    currencies = {row["currency"] for row in pairs}
    currency = currencies.pop() if len(currencies) == 1 else "KRW"
    rows = _rows(_traded(pairs, currency)) if pairs else []
    return AllTrades(first, last, currency, rows, len(pairs), len(known) - len(pairs))


def _pairs(first: dt.date, last: dt.date, region: str) -> tuple[list[Pair], list[Pair]]:
    """Funds with a composition by ``last``, and those of them with an earlier one by ``first``."""
    known = pairs_read(first, last, region)
    return known, [row for row in known if row["first"] is not None and row["first"] < row["last"]]


def _traded(pairs: Sequence[Pair], currency: str) -> Consensus:
    """All funds as one composition on each day: a key is a fund and an instrument."""
    lines = ends_read(pairs)
    key = lines["fund"].astype(np.int64) * STRIDE + lines["instrument_id"]
    before, after = (
        Snapshot.of(key[rows], lines["weight"][rows], lines["shares"][rows], lines["value"][rows])
        for rows in (~lines["is_last"].astype(bool), lines["is_last"].astype(bool))
    )
    found = compare(before, after, _splits(pairs, before.added(), after.added()))
    rate = np.array([_rate(row, currency) for row in pairs])
    value = trade_values(before, after, found) * rate[found.key // STRIDE]
    return consensus(found.key % STRIDE, found.status, value)


def _rate(pair: Pair, currency: str) -> float:
    """Of the fund's currency in that of the answer; NaN for a basket of one unit, which is not the fund."""
    if pair["per_unit"]:
        return float("nan")
    return 1.0 if pair["currency"] == currency else krw_per(pair["currency"])


def _splits(pairs: Sequence[Pair], before: Snapshot, after: Snapshot) -> Splits:
    """Ratios of what may have split: by a corporate action, or since count and price moved apart. Only of those is
    every composition in between read."""
    days = np.array(
        [[np.datetime64(row["first"]).astype(int), np.datetime64(row["last"]).astype(int)] for row in pairs]
    )
    actions = actions_known(np.unique(after.key % STRIDE), days)
    moved = _moved_apart(before, after)
    told = np.isin(after.key % STRIDE, [one for one, _, _ in actions])
    asked = after.key[moved | told]
    lines = between_read(pairs, asked // STRIDE, asked % STRIDE)
    keys, ratios = [], []
    for place in np.unique(lines["fund"]).tolist():
        one = _of_fund(lines[lines["fund"] == place], actions, days[place])
        keys.append(place * STRIDE + one.key)
        ratios.append(one.ratio)
    return Splits(np.concatenate([*keys, np.zeros(0, np.int64)]), np.concatenate([*ratios, np.zeros(0)]))


def _of_fund(lines: np.ndarray, actions: Sequence[Action], span: np.ndarray) -> Splits:
    days, begins = np.unique(lines["date"], return_index=True)
    parts = [
        Snapshot.of(rows["instrument_id"], rows["weight"], rows["shares"], rows["value"])
        for rows in np.split(lines, begins[1:])
    ]
    return splits_between(parts, days, [one for one in actions if span[0] < one[1] <= span[1]])


def _moved_apart(before: Snapshot, after: Snapshot) -> np.ndarray:
    """Whether a line of ``after`` [n] has many more shares at a much lower price than before, or the reverse, or a
    price so far from before that the fund may have traded against its split."""
    there = locate(before.key, after.key)[1]
    old = before.spread(after.key, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.log(after.shares / old.shares)
        price = np.log(after.value / after.shares) - np.log(old.value / old.shares)
    apart = (np.abs(shares) >= SEEN[0]) & (np.abs(price) >= SEEN[1]) & (np.sign(shares) != np.sign(price))
    return there & (apart | (np.abs(price) >= SEEN[0]))


def _rows(found: Consensus) -> list[dict[str, Any]]:
    what = keys_described(found.key.tolist())
    order = np.lexsort((found.key, -found.net))
    return [
        {name: what[int(found.key[i])][name] for name in NAMES}
        | {name: int(count) for name, count in zip(COUNTS, found.counts[i], strict=True)}
        | {"net_value": float(found.net[i]), "bought_value": float(found.bought[i]), "sold_value": float(found.sold[i]),
           "unvalued": int(found.unvalued[i])}
        for i in order.tolist()
    ]  # fmt: skip
