"""What makes two rows the same transaction: their content, and how often it was there before."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from portfolio.models import Transaction
from portfolio.services.reading import number_told

_CONTENT = (
    "kind", "date", "instrument_id", "quantity", "price", "amount", "fee", "tax", "currency",
)  # fmt: skip


def content_hash(kind: str, date: Any, instrument_id: int | None, *figures: Any) -> str:
    """SHA-256 of quantity, price, amount, fee, tax and currency with what they are of; 1.50 is 1.5. The amount of what
    has quantity and price is left out: one export rounds it, another leaves it away.
    """
    quantity, price, amount, fee, tax, currency = figures
    if quantity is not None and price is not None:
        amount = None
    content = (
        kind,
        date,
        instrument_id,
        *map(number_told, (quantity, price, amount, fee or None, tax or None)),
        currency,
    )
    return hashlib.sha256("|".join(map(str, content)).encode()).hexdigest()


def duplicates_mark(portfolio_id: int, drafts: Sequence[Transaction]) -> list[bool]:
    """Whether each draft is in the books already; the others are given the key by which they are known next time.

    The n-th equal row of a file is in the books if n rows there are equal to it or were imported as equal ones, changed
    since then or not. So two equal trades of a day are two, and the same file again brings nothing.
    """
    known: dict[str, set[int]] = defaultdict(set)
    taken: set[str] = set()
    days = {draft.date for draft in drafts}
    stored = Transaction.objects.filter(portfolio_id=portfolio_id).values_list("pk", "import_key", *_CONTENT)
    for key, import_key, *content in stored.iterator(chunk_size=5_000):
        if import_key:
            taken.add(import_key)
            known[import_key.partition(":")[0]].add(key)
        if content[1] in days:
            known[content_hash(*content)].add(key)
    seen: dict[str, int] = defaultdict(int)
    return [_is_known(draft, known, taken, seen) for draft in drafts]


def _is_known(draft: Transaction, known: dict[str, set[int]], taken: set[str], seen: dict[str, int]) -> bool:
    found = content_hash(*(getattr(draft, name) for name in _CONTENT))
    seen[found] += 1
    if seen[found] <= len(known[found]):
        return True
    number = 1
    while f"{found}:{number}" in taken:
        number += 1
    draft.import_key = f"{found}:{number}"
    taken.add(draft.import_key)
    return False
