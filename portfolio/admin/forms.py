"""Forms of transactions, targets and benchmarks: what the database would refuse is told at its field."""

from decimal import Decimal

from django import forms

from portfolio.forms import currency_or_invalid, line_or_invalid, refuse
from portfolio.models import Transaction
from portfolio.services.drafts import FIELDS, NOTE
from portfolio.services.errors import PortfolioError
from portfolio.services.transactions import entry_check

OF_FORM = {"asset": "instrument"}  # services' names of fields


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
            refuse(self, error, OF_FORM)


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
