"""Columns and constraints that several tables have."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

CURRENCY = RegexValidator(r"\A[A-Z]{3}\Z", "a currency is three capital letters")
LARGEST = 1e300  # a float column below it is neither infinite nor NaN (which PostgreSQL sorts above everything)


def currency_check(field: str, name: str) -> models.CheckConstraint:
    """Three capital letters."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__regex": r"^[A-Z]{3}$"}), name=name,
        violation_error_message=f"{field} must be three capital letters",
    )  # fmt: skip


def choice_check(field: str, name: str, choices: tuple[str, ...]) -> models.CheckConstraint:
    """One of ``choices``."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices}), name=name,
        violation_error_message=f"{field} is none of {', '.join(choices)}",
    )  # fmt: skip


def range_check(
    field: str,
    name: str,
    *,
    low: float | None = None,
    above: float | None = None,
    to: float | None = None,
    below: float | None = None,
) -> models.CheckConstraint:
    """From ``low`` (or more than ``above``) to ``to`` (or less than ``below``, else any finite number); null passes."""
    upper = ("lte", to) if to is not None else ("lt", LARGEST if below is None else below)
    lower = ("gte", low) if low is not None else ("gt", -LARGEST if above is None else above)
    bounds: dict[str, Any] = {f"{field}__{sign}": figure for sign, figure in (upper, lower)}
    return models.CheckConstraint(
        condition=Q(**bounds), name=name, violation_error_message=f"{field} is out of range: {_words(bounds, field)}"
    )


def _words(bounds: dict[str, Any], field: str) -> str:
    signs = {"gte": "from", "gt": "above", "lte": "up to", "lt": "below"}
    told = {key.removeprefix(f"{field}__"): figure for key, figure in bounds.items() if abs(figure) < LARGEST}
    return ", ".join(f"{signs[sign]} {told[sign]:g}" for sign in signs if sign in told) or "any finite number"


def money(**options: Any) -> models.DecimalField:
    """NUMERIC for money and shares, ten decimals."""
    return models.DecimalField(max_digits=28, decimal_places=10, **options)
