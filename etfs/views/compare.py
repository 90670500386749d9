"""Funds beside each other: costs, overlap, common holdings, and what a mix of them really holds."""

from itertools import combinations
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.models import ETF
from etfs.services import LookThroughView, NotFound, OverlapView, look_through_get, overlap_matrix
from etfs.services.side_by_side import funds_beside, weights_beside
from etfs.views.asking import AsOf
from etfs.views.compare_form import MOST, Compared, compared, others_of
from etfs.views.compare_tables import BesideTable, MixTable, PairTable, common_table
from etfs.views.exposure_charts import exposure_charts, uncovered_told
from market.pages.charts import Chart, chart
from market.pages.views import Page, TablesMixin

AMOUNT, YEARS = 1e6, 10.0
FOUND = 12
SCALE = [[0, "#f1efe9"], [1, "#2b6cb0"]]


class Compare(TablesMixin, Page):
    """One fund or several, by the address alone: it can be kept and sent."""

    template_name = "etfs/compare.html"
    title = _("Compare ETFs")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.asked = AsOf(request.GET)

    @cached_property
    def compared(self) -> Compared:
        return compared(self.request.GET)

    @cached_property
    def tables(self) -> dict[str, Any]:  # type: ignore[override] # not the same for every request
        """A column of common holdings for each fund; pairs need two."""
        if not self.compared.funds:
            return {}
        alone = {"beside": BesideTable, "mix": MixTable}
        if len(self.compared.funds) < 2:
            return alone
        return alone | {"pairs": PairTable, "common": common_table(self.compared.symbols)}

    @cached_property
    def overlap(self) -> OverlapView | str:
        """Or why there is none."""
        try:
            return overlap_matrix(funds=self.compared.funds, as_of=self.asked.day)
        except NotFound as error:
            return str(error)

    @cached_property
    def mix(self) -> LookThroughView:
        positions = [
            (fund.instrument, weight) for fund, weight in zip(self.compared.funds, self.compared.weights, strict=True)
        ]
        return look_through_get(positions=positions, as_of=self.asked.day)

    def rows_beside(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return funds_beside(funds=self.compared.funds, as_of=self.asked.day, amount=AMOUNT, years=YEARS)

    def rows_pairs(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        found = self.overlap
        if isinstance(found, str):
            return []
        names = self.compared.symbols
        return [
            {
                "left": names[i], "right": names[j], "overlap": found.percent[i][j], "active": found.active[i][j],
                "common": found.common[i][j],
            }
            for i, j in combinations(range(len(names)), 2)
        ]  # fmt: skip

    def rows_common(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        rows = weights_beside(funds=self.compared.funds, as_of=self.asked.day)
        return [row | {f"fund_{i}": weight for i, weight in enumerate(row["weights"])} for row in rows]

    def rows_mix(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return self.mix.rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.compared
        kwargs |= {"asked": self.asked, "compared": found, "most": MOST, "chips": _chips(found, self.asked)}
        if found.funds:
            kwargs |= {"mix": self.mix, "charts": exposure_charts(self.mix), "uncovered": uncovered_told(self.mix)}
        if len(found.funds) > 1:
            kwargs["heat"] = self.overlap if isinstance(self.overlap, str) else heat_map(self.overlap)
            kwargs["overlaps"] = not isinstance(self.overlap, str)
        return super().get_context_data(**kwargs)


def _chips(found: Compared, asked: AsOf) -> list[dict[str, Any]]:
    """A fund each, with its weight and the way to be rid of it."""
    return [
        chip | {"weight": f"{weight:g}"}
        for chip, weight in zip(others_of(found, asked.day), found.weights, strict=True)
    ]


def heat_map(found: OverlapView) -> Chart:
    """Overlap and active share of every two funds; a fund with itself says nothing and stays blank."""
    names = [row["symbol"] for row in found.funds]
    of = {gettext("Overlap"): found.percent, gettext("Active share"): found.active}
    traces = {
        label: {
            "type": "heatmap", "x": names, "y": names, "name": label, "zmin": 0, "zmax": 100, "colorscale": SCALE,
            "z": [[None if i == j else value for j, value in enumerate(row)] for i, row in enumerate(values)],
            "texttemplate": "%{z:.1f}", "xgap": 2, "ygap": 2, "colorbar": {"thickness": 10, "len": 0.9},
            "hoverongaps": False, "hovertemplate": "%{y}, %{x}: %{z:.2f}%<extra></extra>",
        }
        for label, values in of.items()
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "category", "showgrid": False}, "hovermode": "closest",
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
    }  # fmt: skip
    drawn = chart(
        gettext("Overlap"), gettext("percent"), [next(iter(traces.values()))], layout, height=140 + 44 * len(names)
    )
    states = {label: {"data": [trace]} for label, trace in traces.items()}
    return drawn | {"wide": True, "controls": [{"label": gettext("Show"), "options": list(traces)}], "states": states}


class FundSearch(Page):
    """Funds that a text fits, each with the address of the comparison with it added."""

    template_name = "etfs/found.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        text = query.get("q", "").replace("\0", "").strip()
        there = compared(query).symbols
        listed = ETF.objects.listed_in().search(text).select_related("instrument") if text else ETF.objects.none()
        found = [fund for fund in listed[: FOUND + MOST] if str(fund.instrument) not in there][:FOUND]
        rows = [{"fund": fund, "funds": ",".join([*there, str(fund.instrument)])} for fund in found]
        return super().get_context_data(rows=rows, text=text, full=len(there) >= MOST, most=MOST, **kwargs)
