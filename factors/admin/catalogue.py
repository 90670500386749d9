"""The catalogue of factors in the admin."""

from django.contrib import admin
from unfold.decorators import display

from factors.models import Factor
from factors.resources import FactorResource
from market.adminbase import HouseAdmin, HouseExport, ReadOnlyMixin


@admin.register(Factor)
class FactorAdmin(ReadOnlyMixin, HouseExport, HouseAdmin):
    """The catalogue follows the code: nothing to edit."""

    resource_classes = (FactorResource,)
    list_display = ("name", "category", "unit", "better", "lookback", "description")
    list_filter = ("category",)
    search_fields = ("name", "description")

    @display(description="better", label={"more": "success", "less": "info"})
    def better(self, factor: Factor) -> str:
        return "more" if factor.direction > 0 else "less"
