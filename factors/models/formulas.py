"""Factors that users write as formulas."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop

from market.models.owned import OwnedQuerySet, Reader


class FactorFormulaQuerySet(OwnedQuerySet):
    def visible_to(self, user: Reader, action: str = "view") -> Self:
        """A formula is a factor, and factors are everybody's to read; changed and deleted by owner and staff."""
        return self if action == "view" else super().visible_to(user, action)

    def active(self) -> Self:
        return self.filter(is_active=True)


class FactorFormula(models.Model):
    """A factor without code: ``rank(roe) - 0.5 * zscore(debt_to_equity)``. Computed by the engine like any other."""

    class Direction(models.IntegerChoices):
        MORE = 1, gettext_noop("more is better")
        LESS = -1, gettext_noop("less is better")

    name = models.CharField(max_length=64, unique=True, help_text="Letters, digits and _, as the factor is called.")
    formula = models.TextField(help_text="For example: mean(close, 20) / mean(close, 120) - 1")
    category = models.CharField(max_length=32, default="custom", help_text="Under which the catalogue lists it.")
    unit = models.CharField(max_length=32, default="ratio", help_text="Of its values: ratio, %, currency ...")
    direction = models.SmallIntegerField(choices=Direction, default=Direction.MORE, help_text="Which end is better.")
    description = models.TextField(blank=True, help_text="One sentence for the catalogue.")
    is_active = models.BooleanField(default=True, help_text="Computed with the others.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="factor_formulas",
        help_text="Who may change it, besides staff.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = FactorFormulaQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
