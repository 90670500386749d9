"""Every check by name, and what they say together."""

from collections.abc import Callable
from dataclasses import dataclass

from backtests.diagnosis.base import Evidence, Finding, Severity

Ask = Callable[[Evidence], Finding | None]
CHECK_FAILED = "check_failed"  # the code of a finding about a check itself


@dataclass(frozen=True)
class Check:
    """A registered check. ``function`` gives a finding of this code and one of these ``severities``, or None where
    there is nothing to say or too little to say it; ``severities`` from the lightest on.
    """

    code: str
    severities: tuple[Severity, ...]
    function: Ask

    def description(self) -> str:
        """What it looks at and why: the docstring."""
        return " ".join((self.function.__doc__ or "").split())


_checks: dict[str, Check] = {}


def check(code: str, *severities: Severity) -> Callable[[Ask], Ask]:
    """Function decorator: add the check; ValueError when its code is taken or a part of the contract is missing."""

    def register(function: Ask) -> Ask:
        if not severities:
            raise ValueError(f"{code}: name the severities that it may give")
        if not function.__doc__:
            raise ValueError(f"the check {code} has no docstring: say why a professional cares")
        if code in _checks or code == CHECK_FAILED:
            raise ValueError(f"the check name {code!r} is taken")
        _checks[code] = Check(code, severities, function)
        return function

    return register


def unregister_check(code: str) -> None:
    """Take a check back (tests)."""
    _checks.pop(code, None)


def all_checks() -> list[Check]:
    """Every registered check, by code."""
    return [_checks[code] for code in sorted(_checks)]


def check_named(code: str) -> Check:
    """The check of this code; KeyError without one."""
    return _checks[code]


def diagnose(evidence: Evidence) -> list[Finding]:
    """All findings, the most severe first, then by code. A check that raises is told as a NOTE of its own."""
    found = [finding for one in all_checks() if (finding := _ask(one, evidence)) is not None]
    return sorted(found, key=lambda finding: (finding.severity.rank, finding.code))


def _ask(one: Check, evidence: Evidence) -> Finding | None:
    try:
        return one.function(evidence)
    except Exception as error:  # noqa: BLE001 - a check is a plug-in: whatever it raises is told by name, the others go on
        message = f"The check {one.code} could not be made: {type(error).__name__}: {error}."
        told = {"check": one.code, "error": type(error).__name__, "detail": str(error)}
        return Finding(CHECK_FAILED, Severity.NOTE, "A check could not be made", message, told)
