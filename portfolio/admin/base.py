"""What the admin pages of portfolios share: whose rows they are, and refusals as messages."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.decorators import display

from market.adminbase import HouseAdmin
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError, refusal


class OfOwner:
    """Staff see and change rows of their own portfolios; those of others by the permission of the model Portfolio.
    ``to_portfolio``: how a row names its portfolio, '' for a portfolio itself.
    """

    to_portfolio = "portfolio"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = Portfolio.objects.visible_to(request.user).values("pk")
        return super().get_queryset(request).filter(**{f"{self.to_portfolio or 'pk'}__in": visible})  # type: ignore[misc] # of the page this is mixed into

    def allowed(self, request: HttpRequest, obj: Any, action: str) -> bool:
        """Of an object, whether it is theirs; of none, whether there may be any."""
        if not (request.user.is_active and request.user.is_staff):
            return False
        portfolio = getattr(obj, self.to_portfolio) if obj is not None and self.to_portfolio else obj
        pk = getattr(portfolio, "pk", None)
        return pk is None or Portfolio.objects.visible_to(request.user, action).filter(pk=pk).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allowed(request, None, "view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allowed(request, obj, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allowed(request, obj, "change")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allowed(request, obj, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allowed(request, obj, "delete")


class OwnPages(OfOwner, HouseAdmin):
    """Pages of rows of portfolios. What is not theirs is not there."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404(f"no {self.opts.verbose_name} {object_id[:40]!r}")
        return found

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> ModelChoiceField:
        if db_field.name == "portfolio":
            kwargs["queryset"] = Portfolio.objects.visible_to(request.user, "change").select_related("owner")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What only the database finds (two saving at once, a constraint at the end) is told, and nothing is saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            messages.error(request, str(refusal(error)))
        except PortfolioError as error:
            messages.error(request, str(error))
        return redirect(request.get_full_path())


class ReadOnlyPages(OwnPages):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def money(name: str) -> Any:
    """A column of NUMERIC to its last digit. The name of the function is the class by which the column is aligned."""

    @display(description=name, ordering=name, empty_value="-")
    def figure(row: Any) -> str | None:
        return marked(getattr(row, name))

    return figure


def marked(value: Decimal | None) -> str | None:
    """Thousands marked, without zeros behind the last digit."""
    return None if value is None else f"{Decimal(value).normalize():,f}"
