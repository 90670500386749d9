"""Which cash to exchange so that none of any currency is below zero, in amounts that a bank has."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal

from portfolio.calc.rebalancing.book import CENT, BookError

DUST = Decimal("1e-5")  # units of a currency: no money, but what adding and taking away leaves
SLACK = Decimal(str(CENT)) - DUST
WITHOUT_CENTS = ("JPY", "KRW", "VND")


def coin_of(currency: str) -> Decimal:
    """The smallest amount of a currency that is booked."""
    return Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01")


def cash_exchanges(
    *, cash: Mapping[str, Decimal], rates: Mapping[str, Decimal], base: str
) -> dict[str, Decimal]:  # fmt: skip
    """What each currency gets (above 0) or gives (below 0), in whole coins, so that every amount of ``cash`` is covered
    to half a cent, at ``rates`` (units of ``base`` for one unit); nothing where none is below zero.

    The base currency gives first, then the greatest amounts. What is given is worth what is got to a coin of the last
    that gives. BookError where all of it together is not enough.
    """
    found = {
        name: (-amount - SLACK).quantize(coin_of(name), ROUND_UP) for name, amount in cash.items() if amount < -SLACK
    }
    owed = sum((need * rates[name] for name, need in found.items()), Decimal(0))
    is_paid = not found
    for name in sorted(cash, key=lambda name: (name != base, -cash[name] * rates[name], name)):
        coin = coin_of(name)
        wanted = max((owed / rates[name]).quantize(coin, ROUND_HALF_EVEN), coin)  # each exchange has two sides
        given = min((max(cash[name], Decimal(0)) + DUST).quantize(coin, ROUND_DOWN), wanted)
        if given > 0 and not is_paid:
            found[name] = -given
            owed -= given * rates[name]
            is_paid = owed < coin * rates[name]
    if not is_paid:
        raise BookError(f"cash: {owed:.2f} {base} more is needed than there is")
    return found
