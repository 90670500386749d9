"""Forms of portfolios that pages and the admin share: what services refuse is told at its field."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS

from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.portfolios import LONGEST_DESCRIPTION, LONGEST_NAME, SETTINGS
from portfolio.services.reading import currency_read, line_read, text_read


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


def refuse(form: forms.BaseForm, error: PortfolioError, fields: dict[str, str] | None = None) -> None:
    """Put what a service refused beside its field; ``fields``: those the form calls otherwise."""
    name, found, reason = str(error).partition(": ")
    field = (fields or {}).get(name, name)
    form.add_error(field if found and field in form.fields else None, reason if found else str(error))


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

    def _post_clean(self) -> None:
        """What constraints of the table say of a field, beside it."""
        super()._post_clean()
        for error in self.errors.pop(NON_FIELD_ERRORS, []):
            field, _, _ = str(error).partition(" ")
            self.add_error(field if field in self.fields else None, error)

    def _get_validation_exclusions(self) -> set[str]:
        """The owner counts, though it is not asked for: a name is taken once by each."""
        return super()._get_validation_exclusions() - {"owner"}
