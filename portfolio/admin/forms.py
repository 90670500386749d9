"""Forms of portfolios, targets, benchmarks and transactions: what the database would refuse is told at its field."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User

from portfolio.models import Portfolio, Transaction
from portfolio.services.drafts import FIELDS, NOTE
from portfolio.services.errors import PortfolioError
from portfolio.services.portfolios import LONGEST_DESCRIPTION, LONGEST_NAME, SETTINGS
from portfolio.services.reading import currency_read, line_read, text_read
from portfolio.services.transactions import entry_check

OF_FORM = {"asset": "instrument"}  # services' names of fields


def line_or_invalid(value: str, longest: int) -> str:
    """Text as services take it."""
    return _or_invalid(lambda: line_read(value, longest))


def currency_or_invalid(value: str) -> str:
    """A currency as services take it."""
    return _or_invalid(lambda: currency_read(value))


def _or_invalid(read: Callable[[], str]) -> str:
    try:
        return read()
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


class PortfolioForm(forms.ModelForm):
    """Settings; the owner is who makes it."""

    user: User

    class Meta:
        model = Portfolio
        fields = SETTINGS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.owner = self.user

    def clean_name(self) -> str:
        return line_or_invalid(self.cleaned_data["name"], LONGEST_NAME)

    def clean_base_currency(self) -> str:
        return currency_or_invalid(self.cleaned_data["base_currency"])

    def clean_description(self) -> str:
        return _or_invalid(lambda: text_read(self.cleaned_data["description"], LONGEST_DESCRIPTION))

    def _get_validation_exclusions(self) -> set[str]:
        """The owner counts, though it is not asked for: a name is taken once by each."""
        return super()._get_validation_exclusions() - {"owner"}


class TransactionForm(forms.ModelForm):
    """A transaction with which the books can be."""

    class Meta:
        model = Transaction
        fields = ("portfolio", "instrument", *(name for name in FIELDS if name != "asset"))

    def clean_currency(self) -> str:
        return currency_or_invalid(self.cleaned_data["currency"])

    def clean_note(self) -> str:
        return line_or_invalid(self.cleaned_data["note"], NOTE)

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            entry_check(self.instance)
        except PortfolioError as error:
            name, _, reason = str(error).partition(": ")
            field = OF_FORM.get(name, name)
            self.add_error(field if field in self.fields else None, reason or str(error))


class Targets(forms.BaseInlineFormSet):
    """The active ones sum to 100, each asset once; without any there is nothing to follow."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        assets = [row.get("instrument") for row in rows]
        twice = next((one for one in assets if assets.count(one) > 1), False)
        if twice is not False:
            raise forms.ValidationError(f"asset: {twice or 'cash'} has a target already")
        active = [row["target"] for row in rows if row.get("is_active")]
        total = sum(active, Decimal(0))
        if active and abs(total - 100) > Decimal("0.0001"):
            raise forms.ValidationError(f"target: they sum to {total.normalize():f}, not 100")


class Benchmarks(forms.BaseInlineFormSet):
    """One of them is the primary one at most."""

    def primary(self) -> list[forms.ModelForm]:
        """The forms that say they are."""
        rows = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return [form for form in rows if form.cleaned_data.get("is_primary")]

    def clean(self) -> None:
        super().clean()
        if not any(self.errors) and len(self.primary()) > 1:
            raise forms.ValidationError("is_primary: one benchmark is the primary one at most")
