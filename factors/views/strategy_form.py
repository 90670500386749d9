"""A strategy as it is filled in: a form, rows of factors with weights, rows of conditions, options of the combiner."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factors.combiners import all_combiners
from factors.engine import NEUTRALISATIONS
from factors.models import Strategy
from factors.services import StrategyError, strategy_check
from factors.views.conditions import ConditionRow, conditions_added, plain, row_dropped, rows_of, written
from market.models import Instrument
from market.pages.forms import in_words, worded
from market.regions import REGION_CHOICES, REGIONS

LISTS = ("sectors", "exclude_sectors", "tickers", "exclude_tickers")
OPTION = "option-"  # before the names of the combiner's options
WHOLE = {
    "hx-post": "", "hx-trigger": "change consume", "hx-target": "#strategy-form", "hx-select": "#strategy-form",
    "hx-swap": "outerHTML show:none",
}  # fmt: skip # of a field upon which the whole form is shown anew


class StrategyForm(forms.Form):
    """What a strategy is, besides its factors and conditions."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=64, required=False)
    region = forms.ChoiceField(label=gettext_lazy("Region"), choices=worded(REGION_CHOICES))
    combiner = forms.ChoiceField(label=gettext_lazy("Combiner"))
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=2000)
    neutralise = forms.MultipleChoiceField(
        label=gettext_lazy("Neutralised by"), required=False, choices=worded((name, name) for name in NEUTRALISATIONS),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    sectors = forms.MultipleChoiceField(label=gettext_lazy("Only these sectors"), required=False)
    exclude_sectors = forms.MultipleChoiceField(label=gettext_lazy("Not these sectors"), required=False)
    tickers = forms.CharField(label=gettext_lazy("Only these tickers"), required=False)
    exclude_tickers = forms.CharField(label=gettext_lazy("Not these tickers"), required=False)
    is_active = forms.BooleanField(label=gettext_lazy("Combined every day"), required=False)

    def __init__(self, data: QueryDict, strategy: Strategy | None) -> None:
        super().__init__(data)
        region = data.get("region", "")
        known = Instrument.objects.in_region(region).sectors() if region in REGIONS else []
        names = worded((name, name) for name in known)
        for field in ("sectors", "exclude_sectors"):
            self.fields[field].choices = names
            self.fields[field].widget.attrs["size"] = 4
        self.fields["combiner"].choices = worded((kind.name, kind.name.replace("_", " ")) for kind in all_combiners())
        kind = next((one for one in all_combiners() if one.name == data.get("combiner")), None)
        self.fields["combiner"].help_text = in_words(kind.description()) if kind else ""
        self.fields["tickers"].help_text = gettext_lazy("Separated by commas.")
        if strategy:
            self.fields["region"].disabled, self.initial["region"] = True, strategy.region
        for field in ("combiner", "region"):  # on these the rest of the form depends
            self.fields[field].widget.attrs.update(WHOLE)
        for option in kind.options if kind else ():
            choices = worded((one, one) for one in option.choices)
            field = forms.ChoiceField(choices=choices, required=False) if choices else forms.FloatField(required=False)
            field.label, field.help_text = in_words(option.name.replace("_", " ")), in_words(option.help)
            field.widget.attrs["placeholder"] = str(option.default)
            self.fields[f"{OPTION}{option.name}"] = field

    def option_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(OPTION)]

    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "region", "combiner", "description", "is_active")]

    def universe_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*LISTS, "neutralise")]

    def options(self) -> dict[str, Any]:
        """Those that are set, whole numbers as such."""
        given = {name.removeprefix(OPTION): self.cleaned_data.get(name) for name in self.fields if OPTION in name}
        return {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in given.items() if value not in (None, "")
        }  # fmt: skip


@dataclass
class MemberRow:
    """A factor with its weight as filled in."""

    name: str
    weight: str
    error: str = ""


class Draft:
    """What was filled in; ``check`` finds the mistakes, each beside its field."""

    def __init__(self, data: QueryDict, strategy: Strategy | None = None) -> None:
        self.data, self.strategy = data, strategy
        self.form = StrategyForm(data, strategy)
        names, weights = data.getlist("member"), data.getlist("weight")
        weights += ["1"] * (len(names) - len(weights))
        self.members = [MemberRow(name, weight.strip()) for name, weight in zip(names, weights, strict=False)]
        self.conditions: list[ConditionRow] = rows_of(data)
        self.factors_error = self.universe_error = self.options_error = ""

    def slots(self) -> str:
        """Where mistakes are shown: what an answer replaces while somebody fills in the rest."""
        ids = [f"{self.form[name].auto_id}_error" for name in self.form.fields]
        ids += ["error-options", "error-factors", "error-universe"]
        ids += [f"wrong-member-{place}" for place in range(len(self.members))]
        ids += [f"wrong-{place}" for place in range(len(self.conditions))]
        return ",".join(f"#{one}" for one in ids)

    def check(self, *, quiet: bool = False) -> bool:
        """Whether it could be saved; ``quiet``: what nobody has filled in yet is no mistake."""
        good = self.form.is_valid()
        weights = {row.name: self._weight(row) for row in self.members if row.name}
        good &= not any(row.error for row in (*self.members, *self.conditions))
        if not good or (quiet and not weights):
            return good
        try:
            strategy_check(**self.definition())
        except StrategyError as error:
            self.tell(error)
            return False
        if not quiet and not self.form.cleaned_data["name"]:
            self.form.add_error("name", _("A strategy needs a name."))
            return False
        return True

    def definition(self) -> dict[str, Any]:
        """The arguments of ``strategy_check``."""
        asked = self.form.cleaned_data
        universe: dict[str, Any] = {name: _names(asked[name]) for name in LISTS if asked[name]}
        conditions = written(self.conditions)
        return {
            "region": asked["region"], "combiner": asked["combiner"], "options": self.form.options(),
            "factors": _pairs(self.members), "neutralise": asked["neutralise"],
            "universe": universe | ({"conditions": conditions} if conditions else {}),
        }  # fmt: skip

    def tell(self, error: StrategyError) -> None:
        """Put what a service refused beside what it is about."""
        field, _colon, reason = str(error).partition(": ")
        if field == "factors":
            self.factors_error = reason
        elif field == "options":
            self.options_error = reason
        elif field == "universe":
            self.universe_error = reason
        else:
            self.form.add_error(field if field in self.form.fields else None, reason)

    @staticmethod
    def _weight(row: MemberRow) -> float:
        try:
            return float(row.weight or 1)
        except ValueError:
            row.error = _("%(text)s is not a number.") % {"text": row.weight}
            return 0.0


def _pairs(members: list[MemberRow]) -> Any:
    """Names with weights; the names alone where one is there twice, so that the service can say so."""
    names = [row.name for row in members if row.name]
    if len(set(names)) < len(names):
        return names
    return {row.name: float(row.weight or 1) for row in members if row.name}


def _names(given: Any) -> list[str]:
    if isinstance(given, str):
        return [name.strip() for name in given.split(",") if name.strip()]
    return list(given)


def data_of(strategy: Strategy) -> QueryDict:
    """A stored strategy as it would have been filled in."""
    data = QueryDict(mutable=True)
    for name in ("name", "region", "combiner", "description"):
        data[name] = getattr(strategy, name)
    data.setlist("neutralise", strategy.neutralise)
    if strategy.is_active:
        data["is_active"] = "on"
    for name in LISTS:
        given = strategy.universe.get(name, [])
        data.setlist(name, [", ".join(given)] if name.endswith("tickers") else given)
    for member in strategy.members.select_related("factor"):
        data.appendlist("member", member.factor.name)
        data.appendlist("weight", plain(member.weight))
    for name, value in strategy.options.items():
        data[f"{OPTION}{name}"] = str(value)
    conditions_added(data, strategy.universe.get("conditions", []))
    return data


def data_of_new(query: QueryDict, region: str) -> QueryDict:
    """An empty strategy, with what the address of the page says of it."""
    data = query.copy()
    data.setdefault("region", region)
    data.setdefault("combiner", "equal_weight")
    data.setdefault("is_active", "on")
    if not data.getlist("member"):
        data.setlist("member", ["", ""])
    return data


def members_pressed(data: QueryDict) -> bool:
    """Carry out the buttons ``add_member`` and ``drop_member`` in ``data``; whether one was pressed."""
    add, dropped = data.pop("add_member", [""])[-1], data.pop("drop_member", [""])[-1]
    row_dropped(data, ("member", "weight"), dropped)
    if add:
        data.appendlist("member", "")
        data.appendlist("weight", "1")
    return bool(add or dropped)
