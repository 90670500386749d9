"""The catalogue of factors in the database."""

from collections.abc import Sequence

from django.db import connection

from factors.base import Factor as FactorClass
from factors.models import Factor


def factors_sync(factors: Sequence[FactorClass]) -> dict[str, int]:
    """Write the catalogue rows of ``factors`` where they are new or changed; their ids by name."""
    known = {row.name: row for row in Factor.objects.all()}
    for factor in factors:
        described = {
            "category": factor.category, "unit": factor.unit, "direction": factor.direction,
            "lookback": factor.lookback, "description": factor.description(),
        }  # fmt: skip
        row = known.get(factor.name)
        if row is None or any(getattr(row, key) != value for key, value in described.items()):
            Factor.objects.update_or_create(name=factor.name, defaults=described)
    names = [factor.name for factor in factors]
    return dict(Factor.objects.filter(name__in=names).values_list("name", "id"))


def formulas_lock(*, to_change: bool = False) -> None:
    """Until the transaction ends no formula is changed or deleted by another; what is read next is as it stands now.

    Those who store scores hold it together; one who is to change formulas (``to_change``) waits for them to end.
    """
    mode = "UPDATE" if to_change else "SHARE"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM factors_factorformula ORDER BY id FOR {mode}")
