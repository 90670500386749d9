"""The chart of an instrument's price: a part of its page that is fetched by itself."""

from typing import Any

import numpy as np
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from market.pages.charts import Chart, chart
from market.services.price_series import RANGES, PriceSeries, price_series
from market.views.instrument import OfInstrument

LINE, CANDLES = "line", "candles"
ADJUSTED, RAW = "adjusted", "raw"
SPANS = {
    "1M": _("1 month"), "6M": _("6 months"), "YTD": _("This year"), "1Y": _("1 year"), "3Y": _("3 years"),
    "5Y": _("5 years"), "MAX": _("All"),
}  # fmt: skip
UP, DOWN = "#2b6cb0", "#b2453c"
FIRST = {"span": "1Y", "style": LINE, "basis": ADJUSTED}


class PriceAsk(forms.Form):
    span = forms.ChoiceField(label=_("Range"), required=False, choices=[(one, SPANS[one]) for one in RANGES])
    style = forms.ChoiceField(label=_("As"), required=False, choices=[(LINE, _("Line")), (CANDLES, _("Candles"))])
    basis = forms.ChoiceField(
        label=_("Prices"), required=False, choices=[(ADJUSTED, _("Adjusted")), (RAW, _("As traded"))]
    )


class PriceChart(OfInstrument):
    """The chart with its controls, for htmx; others are led to the page of the instrument."""

    template_name = "market/price_chart.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.htmx:
            return redirect("market:instrument", self.instrument.region, self.instrument.ticker)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = PriceAsk(self.request.GET)
        form.is_valid()
        asked = {name: form.cleaned_data.get(name) or usual for name, usual in FIRST.items()}
        adjusted = asked["basis"] == ADJUSTED
        series = price_series(instrument=self.instrument, span=asked["span"], adjusted=adjusted)
        drawn = price_chart(series, self.instrument.currency, asked["style"]) if len(series.bars.days) else None
        choices = [(field, asked[field.name]) for field in form if field.name != "basis" or series.has_raw]
        return super().get_context_data(chart=drawn, choices=choices, problems=form.errors, **kwargs)


def price_chart(series: PriceSeries, currency: str, style: str) -> Chart:
    """Price above volume; splits as lines across."""
    bars = series.bars
    days = np.datetime_as_string(bars.days, unit="D").tolist()
    traces = [_candles(series, days) if style == CANDLES else _line(series, days)]
    layout: dict[str, Any] = {
        "xaxis": {"rangeslider": {"visible": False}, "type": "date"},
        "yaxis": {"title": {"text": currency}, "tickformat": ",.6~g"}, "showlegend": False, "bargap": 0.15,
        "meta": {"candle": [gettext("open"), pgettext("price", "high"), pgettext("price", "low"), gettext("close")]},
        "shapes": [_split(day.isoformat(), ratio) for day, ratio in series.splits],
    }  # fmt: skip
    if np.isfinite(bars.volume).any():
        traces.append(_volume(series, days))
        layout["xaxis"]["anchor"] = "y2"
        layout["yaxis"]["domain"] = [0.24, 1]
        layout["yaxis2"] = {"domain": [0, 0.18], "tickformat": "~s", "nticks": 3, "showgrid": False}
    return chart(gettext("Price and volume"), _unit(series, currency), traces, layout, _note(series), height=440)


def _volume(series: PriceSeries, days: list[str]) -> dict[str, Any]:
    """In the colour of the price's way since the bar before."""
    close = series.bars.close
    rising = np.r_[True, close[1:] >= close[:-1]]
    return {
        "type": "bar", "x": days, "y": _plain(series.bars.volume, 0), "name": gettext("volume"), "yaxis": "y2",
        "marker": {"color": [f"{UP}88" if up else f"{DOWN}88" for up in rising.tolist()], "line": {"width": 0}},
    }  # fmt: skip


def _line(series: PriceSeries, days: list[str]) -> dict[str, Any]:
    close = series.bars.close
    colour = UP if close[-1] >= close[0] else DOWN
    return {
        "type": "scatter", "mode": "lines", "x": days, "y": _plain(close), "name": gettext("close"),
        "line": {"color": colour, "width": 1.8}, "connectgaps": False,
    }  # fmt: skip


def _candles(series: PriceSeries, days: list[str]) -> dict[str, Any]:
    """A bar without an open, high or low is a dash at its close."""
    bars = series.bars
    parts = {name: _plain(np.where(np.isnan(value), bars.close, value)) for name, value in (
        ("open", bars.open), ("high", bars.high), ("low", bars.low), ("close", bars.close),
    )}  # fmt: skip
    return {
        "type": "candlestick", "x": days, "name": gettext("price"), **parts,
        "increasing": {"line": {"color": UP, "width": 1}}, "decreasing": {"line": {"color": DOWN, "width": 1}},
    }  # fmt: skip


def _split(day: str, ratio: float) -> dict[str, Any]:
    label = gettext("Split %(ratio)s") % {"ratio": f"{ratio:g}:1" if ratio >= 1 else f"1:{1 / ratio:g}"}
    return {
        "type": "line", "x0": day, "x1": day, "yref": "y domain", "y0": 0, "y1": 1,
        "line": {"color": "#8a7f3d", "width": 1, "dash": "dot"},
        "label": {"text": label, "textposition": "end", "textangle": 0},
    }  # fmt: skip


def _unit(series: PriceSeries, currency: str) -> str:
    kind = gettext("adjusted for splits and distributions") if series.is_adjusted else gettext("as traded")
    return f"{currency}, {kind}"


def _note(series: PriceSeries) -> str:
    notes = [gettext("Each bar is a week.")] if series.is_weekly else []
    if not series.has_raw:
        notes.append(gettext("The source sells adjusted prices only: what was traded at is not known."))
    return " ".join(notes)


def _plain(values: np.ndarray, digits: int = 6) -> list[float | None]:
    """As JSON has them: None for NaN, no more digits than mean something."""
    return [round(value, digits) if value == value else None for value in values.tolist()]  # noqa: PLR0124 # NaN
