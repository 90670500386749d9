"""What findings mean: which of them hold a composition back for good, and what is said about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from etfs.calc.composition_checks import ROUNDING, Finding, Limits, Lines, Severity
from etfs.calc.composition_jumps import CrossCheck
from etfs.calc.snapshot import Snapshot
from market.texts import counted

DUPLICATES = 5.0  # percent of the fund in repeated lines from which the composition is held back
APART = 10.0  # percent of the fund that two sources hold differently, from which it is
UNREAD = 5.0  # percent of either composition in lines nobody could match, above which two sources are not judged
WHOLE = 0.5  # points: a composition that adds up to 100 this closely is whole, however different it is
TEXTS = {
    "weight_sum": "the weights add up to {sum:.4g} %, not to 100 within {limit:g}",
    "line_count": "{lines:line} where the source says {expected:.0f}",
    "duplicate_line": "{lines:line stands|lines stand} there twice in every figure, {percent:.2f} % of the fund",
    "repeated_key": "{lines:line is|lines are} of a security that has another line",
    "stale": "{sessions:session} old, more than {limit:.0f}",
    "unresolved": "{percent:.1f} % of the fund in {lines:line} without an instrument of ours",
    "weight_value": "{lines:weight is|weights are} up to {largest:.3g} points off value / sum of values",
    "negative_weight": "{lines:security|securities} with a negative weight",
    "half_the_lines": "{lines:line} where the composition before had {before:.0f}",
    "turnover": "{percent:.1f} % of the fund turned over since the composition before",
    "weight_jump": "{names:weight} moved by up to {largest:.1f} points more than the price says",
    "cross_check": "{source} says otherwise: {apart:.2f} % of the fund apart, largest difference {largest:.3g} points,"
    " {only_here:name} only here, {only_there:.0f} only there",
    "cross_check_unread": "what {source} says of that day cannot be read: {why}",
}
CODES = tuple(TEXTS)


class _Number(float):
    """A number that texts can count with: ``{lines:weight is|weights are}``, ``{lines:line}``."""

    def __format__(self, spec: str) -> str:
        if len(spec) > 1 and spec[0].isalpha():  # "g" is a format of its own
            return counted(self, *spec.split("|"))
        return super().__format__(spec)


def _text(code: str, numbers: Mapping[str, float | str]) -> str:
    told = {name: value if isinstance(value, str) else _Number(value) for name, value in numbers.items()}
    return TEXTS[code].format(**told)


@dataclass(frozen=True)
class Verdict:
    """A finding with its words. ``quarantines``: the composition is not served until a person has looked at it."""

    code: str
    severity: Severity
    message: str
    numbers: Mapping[str, float | str]
    rows: tuple[int, ...] = ()
    quarantines: bool = False


def verdicts(findings: Iterable[Finding], lines: Lines, *, same_source: bool = True) -> list[Verdict]:
    """What findings about ``lines`` mean. Quarantined: repeated lines of 5 % of the fund, and a composition that lost
    half its lines and is not whole, the one before being of the same source; either is a WARNING otherwise. Some
    sources publish the largest holdings alone: that is no answer cut off."""
    total = float(np.nansum(lines.weight))
    found = []
    for one in findings:
        numbers, severe = dict(one.numbers), False
        severity = one.severity
        if one.code == "duplicate_line":
            numbers["percent"] = float(np.nansum(np.abs(lines.weight[list(one.rows)])))
            severe = numbers["percent"] >= DUPLICATES
        elif one.code == "half_the_lines":
            severe = same_source and abs(total - 100.0) > WHOLE
        if one.code in ("duplicate_line", "half_the_lines"):
            severity = Severity.ERROR if severe else Severity.WARNING
        found.append(Verdict(one.code, severity, _text(one.code, numbers), numbers, one.rows, severe))
    return found


def cross_verdict(check: CrossCheck, *, apart: float, source: str, unread: float) -> Verdict | None:
    """What it means that another ``source`` says ``check``; None where both agree. ``apart``: percent of the fund held
    differently; ``unread``: the larger percent of the two that is in lines nobody could match, so that the same share
    may have two names. Quarantined where 10 % are apart and at most 5 % unread."""
    if check.agree:
        return None
    numbers: dict[str, float | str] = {
        "source": source, "apart": apart, "largest": check.largest, "only_here": len(check.only_left),
        "only_there": len(check.only_right), "unread": unread,
    }  # fmt: skip
    severe = apart >= APART and unread <= UNREAD
    severity = Severity.ERROR if severe else Severity.WARNING
    return Verdict("cross_check", severity, _text("cross_check", numbers), numbers, (), severe)


def apart(left: Snapshot, right: Snapshot, *, common_only: bool = False) -> float:
    """Percent of the fund that two compositions hold differently: half the sum of all differences of weights.
    ``common_only``: only names in both, for a source that publishes the largest holdings alone."""
    a, b = left.added(), right.added()
    keys = np.intersect1d(a.key, b.key) if common_only else np.union1d(a.key, b.key)
    return float(np.nansum(np.abs(a.spread(keys, 0.0).weight - b.spread(keys, 0.0).weight)) / 2)


def of_part(check: CrossCheck, limits: Limits | None = None) -> CrossCheck:
    """The same where the right side names the largest holdings alone: names it leaves out are no contradiction."""
    agree = not len(check.only_right) and check.largest <= (limits or Limits()).cross + ROUNDING
    return replace(check, only_left=check.only_left[:0], agree=agree)


def unread_verdict(source: str, why: str) -> Verdict:
    """Another source's answer of that day is kept and nobody can read it any more."""
    numbers: dict[str, float | str] = {"source": source, "why": why[:200]}
    return Verdict("cross_check_unread", Severity.NOTE, _text("cross_check_unread", numbers), numbers)


def one_of_each(found: Iterable[Verdict], accepted: Iterable[str] = ()) -> dict[str, Verdict]:
    """The worst verdict of each code; those of ``accepted`` codes are notes and hold nothing back any more."""
    order = [Severity.NOTE, Severity.WARNING, Severity.ERROR]
    accepted = set(accepted)
    worst: dict[str, Verdict] = {}
    for one in found:
        if one.code in accepted and one.quarantines:
            one = replace(  # noqa: PLW2901 # the same finding, seen by somebody
                one, severity=Severity.NOTE, quarantines=False, message=f"{one.message} (accepted)"
            )
        known = worst.get(one.code)
        if known is None or order.index(one.severity) > order.index(known.severity):
            worst[one.code] = one
    return worst
