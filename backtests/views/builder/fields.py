"""The single fields of the builder. The form itself refuses nothing: ``config_check`` does."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backtests.calc.rules import Fill, Mode, Rules
from backtests.calc.schedule import Frequency
from backtests.defaults import DEFAULTS, RISK_FREE
from backtests.services.config_conditions import COMPOSITE
from backtests.sizing.registry import all_sizings
from factors.calc.normalise import METHODS
from factors.combiners import all_combiners
from factors.models import Strategy
from factors.services.catalogue import factors_resolved
from market.models import Instrument
from market.models.owned import Reader
from market.pages.forms import choices, worded
from market.regions import REGION_CHOICES, REGIONS

Choices = list[tuple[Any, Any]]
NOT_GIVEN = _("Not given")
FILLS = {
    Fill.NEXT_OPEN: _("The next open"),
    Fill.NEXT_CLOSE: _("The next close"),
    Fill.SAME_CLOSE: _("The same close (looks ahead)"),
}
MODES = {
    Mode.FILL: _("Hold until a sell condition, fill free slots"),
    Mode.TARGET: _("Trade to target weights"),
}
FREQUENCIES = {
    Frequency.DAILY: _("Daily"), Frequency.WEEKLY: _("Weekly"), Frequency.MONTHLY: _("Monthly"),
    Frequency.QUARTERLY: _("Quarterly"), Frequency.ANNUAL: _("Annually"), Frequency.EVERY_N: _("Every N sessions"),
}  # fmt: skip
FACTOR = _("Factor")


def factor_choices() -> Choices:
    """Every factor that can be computed, by category."""
    groups: dict[str, Choices] = {}
    for factor in factors_resolved():
        groups.setdefault(gettext(factor.category), []).append((factor.name, factor.name))
    return [("", NOT_GIVEN), (COMPOSITE, _("Composite of the strategy")), *sorted(groups.items())]


def number(label: Any, help_text: Any = "", **attrs: Any) -> forms.CharField:
    """A field for a number, kept as the text that was typed."""
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", **attrs})
    return forms.CharField(label=label, help_text=help_text, widget=widget)


def of(label: Any, found: Any, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(found), help_text=help_text)


class ConfigForm(forms.Form):
    """Names are those of the configuration, so that what the service says of one stands beside it."""

    use_required_attribute = False

    name = forms.CharField(label=_("Name"), max_length=120)
    region = of(_("Region"), worded(REGION_CHOICES))
    start = forms.CharField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.CharField(
        label=_("To"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Empty: the newest bar.")
    )
    benchmark = forms.CharField(label=_("Benchmark"), help_text=_("A ticker of the region, or none."))
    risk_free = number(_("Risk-free rate"), _("Percent a year."))

    strategy = of(_("Stored strategy"), ())
    combiner = of(_("Combined by"), ())
    options = forms.CharField(label=_("Options of the combiner"), help_text=_("As YAML, such as halflife: 20"))
    strategy_more = forms.CharField(widget=forms.HiddenInput)
    order_by = of(_("Bought first: the highest score of"), ())
    normalisation = of(_("Scores are"), worded((name, name) for name in METHODS))
    neutralise = forms.MultipleChoiceField(
        label=_("Neutral to"), choices=[("sector", _("Sector")), ("size", _("Size"))],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    sectors = forms.MultipleChoiceField(label=_("Sectors"), help_text=_("None marked: all."))
    exclude_sectors = forms.MultipleChoiceField(label=_("But not these sectors"))
    tickers = forms.CharField(
        label=_("Tickers"), widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Only these; empty: all.")
    )
    exclude_tickers = forms.CharField(label=_("But not these tickers"), widget=forms.Textarea(attrs={"rows": 2}))

    rebalance = of(_("Rebalanced"), [(str(one), FREQUENCIES[one]) for one in Frequency])
    every = number(_("N sessions"), _("Of “every N sessions”."))
    rebalance_on_start = forms.BooleanField(label=_("Also on the first session"))
    max_positions = number(_("Positions at most"))
    mode = of(_("Positions are"), [(str(one), MODES[one]) for one in Mode])
    sizing = of(_("Weights"), ())
    cash_buffer = number(_("Kept in cash"), _("Percent."))
    initial_capital = number(_("Initial capital"))

    fill = of(_("Filled at"), [(str(one), FILLS[one]) for one in Fill])
    commission = number(_("Commission"), _("Percent, of purchases and sales."))
    tax = number(_("Tax"), _("Percent, of sales."))
    slippage = number(_("Slippage"), _("Percent of the price."))
    volume_cap = number(_("Share of a session’s volume"), _("Percent at most; empty: no limit."))
    lot_size = number(_("Lot size"), _("Shares."))
    fractional = forms.BooleanField(label=_("Parts of a share may be bought"))
    delisting_return = number(_("Return when delisted"), _("Percent of the last close."))

    def __init__(self, *args: Any, user: Reader, factors: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        asked = str(self["region"].value() or "")
        region = asked if asked in REGIONS else ""
        stored = Strategy.objects.visible_to(user).filter(region=region).values_list("name", flat=True)
        self._offer("strategy", [("", NOT_GIVEN), *((name, name) for name in stored)])
        self._offer("combiner", worded((one.name, one.name.replace("_", " ")) for one in all_combiners()))
        self._offer("sizing", worded((name, name) for name in all_sizings()))
        self._offer("order_by", factors)
        for name in ("sectors", "exclude_sectors"):
            self._offer(name, worded((one, one) for one in Instrument.objects.in_region(region).sectors()))
        self._defaults(region)

    def _offer(self, name: str, found: Choices) -> None:
        """Choices of the moment; what was given before stays one, so that the service can say what is wrong with it."""
        given = self[name].value()
        known = {value for value, _label in choices(found, "")}
        more = [one for one in (given if isinstance(given, list) else [given]) if one and one not in known]
        field: Any = self.fields[name]
        field.choices = [*found, *((one, one) for one in more if not _offered(one, found))]
        if isinstance(field, forms.MultipleChoiceField):
            field.widget.attrs["size"] = min(max(len(field.choices), 2), 5)

    def _defaults(self, region: str) -> None:
        """What counts where a field stays empty, shown in it."""
        usual = DEFAULTS.get(region)
        if usual is None:
            return
        shown = {
            "initial_capital": f"{usual.capital:.0f}", "commission": usual.commission, "tax": usual.tax,
            "slippage": usual.slippage, "lot_size": f"{usual.lot:g}", "benchmark": REGIONS[region].index,
            "max_positions": Rules.max_positions, "every": Rules.every, "cash_buffer": f"{Rules.cash_buffer:g}",
            "risk_free": f"{RISK_FREE:g}", "delisting_return": f"{Rules.delisting_return:g}",
        }  # fmt: skip
        for name, text in shown.items():
            self.fields[name].widget.attrs["placeholder"] = str(text)
        self.fields["initial_capital"].help_text = REGIONS[region].currency


def _offered(one: str, found: Choices) -> bool:
    return any(one == value or (isinstance(label, list) and one in dict(label)) for value, label in found)
