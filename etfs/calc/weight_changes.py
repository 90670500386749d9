"""How weights moved between two compositions of a fund, by security (FORMULAS.md section 6)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from etfs.calc.line_keys import is_security_code
from etfs.sources.base import LineKind

_IDENTIFIED = (LineKind.STOCK, LineKind.ETF, LineKind.BOND, LineKind.UNKNOWN)
Weights = Mapping[int, Decimal | None]  # line -> percent, None where nobody knows it


def securities(lines: Iterable[tuple[int, str, int | None, str]]) -> dict[int, int]:
    """Line -> the least line that is the same security, from (line, kind, instrument, identifier) of each.

    Lines of one instrument are one security, so are those with one ISIN, CUSIP or SEDOL, whatever their tickers. Cash
    and derivatives are what they are by their line alone.
    """
    parent: dict[int, int] = {}
    first: dict[tuple[str, int | str], int] = {}
    for line, kind, instrument, identifier in sorted(lines):
        parent[line] = line
        named: list[tuple[str, int | str]] = [] if instrument is None else [("instrument", instrument)]
        if kind in _IDENTIFIED and is_security_code(identifier):
            named.append(("identifier", identifier))
        for name in named:
            one, other = sorted((_root(parent, line), _root(parent, first.setdefault(name, line))))
            parent[other] = one
    return {line: _root(parent, line) for line in parent}


def _root(parent: Mapping[int, int], line: int) -> int:
    while parent[line] != line:
        line = parent[line]
    return line


def weight_changes(previous: Weights, current: Weights, security: Mapping[int, int]) -> dict[int, Decimal]:
    """Percent points each line of ``current`` gained since ``previous``; those of a security add up to its change.

    A line is compared with itself, a new one with nought. What the lines of its security weighed that are gone counts
    before one line more: the heaviest new one, else the heaviest. ``security``: ``securities`` of the lines of both;
    a line that it leaves out is one of its own. Lines whose change is not known, because a weight is not, are left out.
    """
    before: dict[int, Decimal | None] = {line: previous.get(line, Decimal(0)) for line in current}
    for heir, weight in _inherited(previous, current, security):
        was = before[heir]
        before[heir] = None if was is None or weight is None else was + weight
    known = [(line, weight, before[line]) for line, weight in current.items()]
    return {line: weight - was for line, weight, was in known if weight is not None and was is not None}


def _inherited(
    previous: Weights, current: Weights, security: Mapping[int, int]
) -> Iterator[tuple[int, Decimal | None]]:
    """(line of ``current``, what the lines of its security weighed that are gone) of securities that lost a line."""
    gone = _gone(previous, current, security)
    held: dict[int, list[int]] = defaultdict(list)
    for line in current:
        held[security.get(line, line)].append(line)
    for one in gone.keys() & held.keys():
        heir = min(held[one], key=lambda line: (line in previous, -(current[line] or Decimal(0)), line))
        yield heir, gone[one]


def _gone(previous: Weights, current: Weights, security: Mapping[int, int]) -> dict[int, Decimal | None]:
    """Security -> what its lines weighed that ``current`` has no more; None where one of them has no weight."""
    found: dict[int, list[Decimal | None]] = defaultdict(list)
    for line, weight in previous.items():
        if line not in current:
            found[security.get(line, line)].append(weight)
    return {one: None if None in weights else sum(filter(None, weights), Decimal(0)) for one, weights in found.items()}
