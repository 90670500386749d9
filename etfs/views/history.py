"""How the weights of a fund's largest holdings moved."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.services.factsheets import newest_or_none
from etfs.services.weights_over_time import MOST, WeightsView, securities_held, weights_over_time
from etfs.views.asking import Span
from etfs.views.fund import FundPage
from etfs.views.treemap import COLOURS
from market.pages.charts import Chart, chart, line

OFFERED, FIRST = 30, 8


class HistoryForm(Span):
    """Which holdings, and when."""

    lines = forms.TypedMultipleChoiceField(label=_("Holdings"), required=False, coerce=int)

    def __init__(self, query: QueryDict, offered: dict[int, str]) -> None:
        super().__init__(query)
        chosen = cast("forms.TypedMultipleChoiceField", self.fields["lines"])
        chosen.choices = list(offered.items())

    def clean_lines(self) -> list[int]:
        chosen: list[int] = self.cleaned_data["lines"]
        if len(chosen) > MOST:
            raise forms.ValidationError(_("Choose at most %(most)s."), params={"most": MOST})
        return chosen


class FundHistory(FundPage):
    """Weights of holdings of the newest composition, the largest or those chosen, over the fund's compositions."""

    tab = "fund-history"
    template_name = "etfs/history.html"

    @cached_property
    def offered(self) -> dict[int, str]:
        """What can be chosen: the largest holdings of the last day."""
        found = newest_or_none(fund=self.fund, as_of=Span(self.request.GET).days[1])
        return dict(list(securities_held(composition=found).items())[:OFFERED]) if found else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = HistoryForm(self.request.GET, self.offered)
        chosen = asked.cleaned_data.get("lines", []) if asked.is_valid() else []
        keys = chosen or list(self.offered)[:FIRST]
        start, end = asked.days
        found = weights_over_time(fund=self.fund, keys=keys, start=start, end=end)
        if len(found.days) > 1:
            names = {key: self.offered[key] for key in keys}
            kwargs |= {"stacked": _weights(found, names, stacked=True), "lines": _weights(found, names, stacked=False)}
            kwargs["counts"] = _counts(found)
            asked.show(start=found.days[0], end=found.days[-1])
        kwargs |= {"asked": asked, "keys": keys, "compositions": len(found.days)}
        return super().get_context_data(**kwargs)


def _weights(found: WeightsView, names: dict[int, str], *, stacked: bool) -> Chart:
    days = [day.isoformat() for day in found.days]
    traces = [
        line(days, found.series[key], name, COLOURS[place % len(COLOURS)])
        | ({"stackgroup": "weights", "line": {"width": 0.5, "color": COLOURS[place % len(COLOURS)]}} if stacked else {})
        for place, (key, name) in enumerate(names.items())
    ]
    title = gettext("Weights, stacked") if stacked else gettext("Weights")
    layout = {"yaxis": {"ticksuffix": "%", "rangemode": "tozero"}}
    return chart(title, gettext("percent of the fund"), traces, layout, height=400) | {"wide": True}


def _counts(found: WeightsView) -> Chart:
    days = [day.isoformat() for day in found.days]
    trace = line(days, list(found.lines), gettext("lines"), COLOURS[0])
    return chart(
        gettext("How many lines it held"), gettext("lines of the composition"), [trace], {"showlegend": False}
    ) | {"wide": True}
