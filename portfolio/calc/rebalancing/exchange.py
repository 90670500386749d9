"""Which cash to exchange so that none of any currency is below zero."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from portfolio.calc.rebalancing.book import BookError

PLACES = Decimal("1e-10")
DUST = Decimal("1e-5")  # units of a currency: no money, but what adding and taking away leaves


def cash_exchanges(
    *, cash: Mapping[str, Decimal], rates: Mapping[str, Decimal], base: str
) -> dict[str, Decimal]:  # fmt: skip
    """What each currency gets (above 0) or gives (below 0) so that every amount of ``cash`` is covered, at ``rates``
    (units of ``base`` for one unit); nothing where none is below zero.

    The base currency gives first, then the greatest amounts. BookError where all of it together is not enough.
    """
    needs = {name: (-amount).quantize(PLACES, ROUND_UP) for name, amount in cash.items() if amount < -DUST}
    owed = sum((need * rates[name] for name, need in needs.items()), Decimal(0))
    found = dict(needs)
    for name in sorted(cash, key=lambda name: (name != base, -cash[name] * rates[name], name)):
        given = min(max(cash[name], Decimal(0)), owed / rates[name]).quantize(PLACES, ROUND_DOWN)
        if given > 0:
            found[name] = -given
            owed -= given * rates[name]
    if owed > DUST:
        raise BookError(f"cash: {owed:.2f} {base} more is needed than there is")
    return found
