"""What if? Shocks that a person makes up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portfolio.calc.stress.holdings import Stress, checked_weights, stress_of

ASSET, SECTOR, FACTOR, CURRENCY = "ASSET", "SECTOR", "FACTOR", "CURRENCY"
KINDS = (ASSET, SECTOR, FACTOR, CURRENCY)
LOST = -100.0  # percent: nothing falls further


@dataclass(frozen=True)
class Shock:
    """``name`` (of an asset, sector, factor or currency) changes by ``size`` percent; a currency, against the
    portfolio's.
    """

    kind: str
    name: str
    size: float

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if not LOST <= self.size < float("inf"):
            raise ValueError(f"size: {self.name} changes by {self.size} percent; it must be a number, -100 or more")


@dataclass(frozen=True)
class Traits:
    """What is known of an asset: ``sector``, ``currency`` (None: unknown), ``exposures`` to factors (1.2: the asset
    changes by 1.2 % when the factor does by 1 %).
    """

    sector: str | None = None
    currency: str | None = None
    exposures: Mapping[str, float] = field(default_factory=dict)


def shock_stress(
    weights: Mapping[str, float], traits: Mapping[str, Traits], shocks: Sequence[Shock], *, name: str = "shock"
) -> Stress:
    """All ``shocks`` at once on ``weights`` (percent).

    An asset's own shock stands in for those of its sector and factors; sector and factors (exposure x size) are
    added; what comes of it is no less than -100 %. Currency multiplies: (1 + local)(1 + currency) - 1. An asset of
    which a trait is not known that a shock asks for has no data. ValueError for no shocks, the same twice, and a
    shock that hits no asset.
    """
    held = checked_weights(weights)
    sizes = {(one.kind, one.name): one.size for one in shocks}
    if not shocks or len(sizes) < len(shocks):
        raise ValueError("shocks: at least one, and none twice")
    known = {asset: traits.get(asset, Traits()) for asset in held}
    for kind, what in sizes:
        if not any(_is_hit(asset, known[asset], kind, what) for asset in held):
            raise ValueError(f"shocks: no asset is hit by {kind} {what}")
    return stress_of(name, held, {asset: _change(asset, known[asset], sizes) for asset in held})


def _is_hit(asset: str, traits: Traits, kind: str, what: str) -> bool:
    return {
        ASSET: asset == what, SECTOR: traits.sector == what, CURRENCY: traits.currency == what,
        FACTOR: what in traits.exposures,
    }[kind]  # fmt: skip


def _change(asset: str, traits: Traits, sizes: Mapping[tuple[str, str], float]) -> tuple[float | None, str]:
    own = (ASSET, asset) in sizes
    asked = [(kind, what) for kind, what in sizes if kind == CURRENCY or (kind in (SECTOR, FACTOR) and not own)]
    unknown = [_unknown(traits, kind, what) for kind, what in asked]
    if missing := sorted({one for one in unknown if one}):
        return None, f"no data: {', '.join(missing)}"
    hit = [(kind, what) for kind, what in asked if _is_hit(asset, traits, kind, what)]
    hit += [(ASSET, asset)] if own else []
    parts = {
        (kind, what): sizes[kind, what] * (traits.exposures[what] if kind == FACTOR else 1.0) for kind, what in hit
    }
    local = max(sum(part for (kind, _), part in parts.items() if kind != CURRENCY), LOST)
    currency = sum(part for (kind, _), part in parts.items() if kind == CURRENCY)
    told = ", ".join(f"{kind} {what} {part:+g} %" for (kind, what), part in sorted(parts.items()))
    return ((1.0 + local / 100.0) * (1.0 + currency / 100.0) - 1.0) * 100.0, told or "not hit"


def _unknown(traits: Traits, kind: str, what: str) -> str | None:
    """The trait that a shock asks for and nobody knows."""
    if kind == FACTOR:
        return None if what in traits.exposures else f"exposure to {what}"
    known = traits.sector if kind == SECTOR else traits.currency
    return f"{kind.lower()} unknown" if known is None else None
