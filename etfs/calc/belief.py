"""Whether a composition that arrived can be believed: refused, flagged, or good (FORMULAS.md sections 6 and 9)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from etfs.calc.composition_checks import Limits
from etfs.sources.base import Composition, Line, LineKind
from market.texts import counted, is_storable

TOLERANCE = Decimal(str(Limits.weight_sum))  # percent points the weights of a plain fund may miss 100 by
IMPOSSIBLE = Decimal(400)  # percent: no line of any fund weighs so much, derivatives of triple funds included
CURRENCY = 3  # letters
SHOWN = 3
_TEXTS = ("ticker", "identifier", "name", "currency", "sector", "country", "exchange", "listing")


@dataclass(frozen=True)
class Belief:
    """``refused``: why the composition cannot be stored, '' if it can. ``flags``: why it is stored but doubted."""

    refused: str = ""
    flags: tuple[str, ...] = ()
    note: str = ""


def composition_believed(found: Composition, *, today: dt.date, is_plain: bool, repeated: Sequence[int] = ()) -> Belief:
    """Judge a composition. ``is_plain``: long, unlevered, not synthetic, so that all weights must add up to 100."""
    refused = _refusal(found, today)
    if refused:
        return Belief(refused)
    flags = []
    weights = [line.weight for line in found.lines if line.weight is not None]
    if len(weights) < len(found.lines):
        flags.append(f"{len(found.lines) - len(weights)} of {len(found.lines)} lines have no weight")
    total = sum(weights, Decimal(0))
    if is_plain and weights and abs(total - 100) > TOLERANCE:
        flags.append(f"the weights add up to {total} %, not to 100 within {TOLERANCE}")
    if repeated:
        rows = ", ".join(str(found.lines[place].row_number) for place in repeated[:SHOWN])
        repeat = counted(len(repeated), "line repeats", "lines repeat")
        flags.append(f"{repeat} an earlier one (row {rows})")
    if found.expected_lines is not None and found.expected_lines != len(found.lines):
        flags.append(f"{len(found.lines)} lines where the source says {found.expected_lines}")
    return Belief(flags=tuple(flags))


def _refusal(found: Composition, today: dt.date) -> str:
    if found.as_of_date > today:
        return f"as of {found.as_of_date}, which is in the future (today is {today})"
    if found.bad_rows:
        shown = "; ".join(row.told for row in found.bad_rows[:SHOWN])
        return f"{len(found.bad_rows)} lines cannot be read, so the rest is not the whole fund: {shown}"
    if not found.lines:
        return "no line at all"
    said = (found.fund, found.fund_name, found.isin, found.currency)
    if not is_storable("".join(said)) or len(found.currency) > CURRENCY:
        return f"ticker, name, ISIN or currency of the fund is none: {said}"
    for line in found.lines:
        if not is_storable("".join(getattr(line, name) for name in _TEXTS)):
            return f"row {line.row_number}: {line.ticker or line.name!r} holds a character that is none"
        if line.weight is not None and abs(line.weight) > IMPOSSIBLE:
            return f"row {line.row_number}, weight: {line.ticker or line.name} weighs {line.weight} %"
    return ""


def weights_completed(found: Composition) -> tuple[Composition, str]:
    """Where no line has a weight but all have a value: weights from the values, and a note that says so."""
    if any(line.weight is not None for line in found.lines):
        return found, ""
    values = [line.market_value for line in found.lines]
    known = [value for value in values if value is not None]
    total = sum(known, Decimal(0))
    if len(known) < len(values) or total <= 0:
        return found, ""
    lines = tuple(
        replace(line, weight=(100 * value / total).quantize(Decimal("0.000001")))
        for line, value in zip(found.lines, known, strict=True)
    )
    return replace(found, lines=lines), "weights are value / sum of values: the source gives none"


def lines_limited(found: Composition, most: int) -> Composition:
    """The ``most`` heaviest lines, and one more that stands for all others, so that the sums stay what they are."""
    if len(found.lines) <= most:
        return found
    order = sorted(zip(ranks_of(found.lines), found.lines, strict=True), key=lambda pair: pair[0])
    rest = [line for _, line in order[most:]]
    other = Line(
        0, LineKind.OTHER, name="further lines", currency=found.currency, weight=_sum(line.weight for line in rest),
        market_value=_sum(line.market_value for line in rest),
    )  # fmt: skip
    return replace(found, lines=(*(line for _, line in order[:most]), other), expected_lines=None)


def _sum(figures: Iterable[Decimal | None]) -> Decimal | None:
    """None where no figure is known."""
    known = [figure for figure in figures if figure is not None]
    return sum(known, Decimal(0)) if known else None


def ranks_of(lines: Sequence[Line]) -> list[int]:
    """1 for the largest weight; lines without one last, in the order of the source."""
    order = sorted(range(len(lines)), key=lambda i: (lines[i].weight is None, -(lines[i].weight or Decimal(0)), i))
    ranks = [0] * len(lines)
    for rank, place in enumerate(order, 1):
        ranks[place] = rank
    return ranks
