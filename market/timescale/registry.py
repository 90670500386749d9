"""All arrangements, in the order in which they are made. Higher floors add theirs in ``AppConfig.ready()``."""

from collections.abc import Iterable

from market.timescale.ddl import Aggregate, Arrangement, Hypertable

BARS = Hypertable("market_pricebar")

_arrangements: list[Arrangement] = [BARS]


def register(arrangements: Iterable[Arrangement]) -> None:
    """Add arrangements; ValueError when one of the same kind and name is there already and differs."""
    for added in arrangements:
        same = [one for one in _arrangements if (type(one), one.name) == (type(added), added.name)]
        if not same:
            _arrangements.append(added)
        elif same[0] != added:
            raise ValueError(f"{type(added).__name__} {added.name} is registered already")


def arrangements() -> list[Arrangement]:
    return list(_arrangements)


def aggregates() -> list[Aggregate]:
    return [one for one in _arrangements if isinstance(one, Aggregate)]
