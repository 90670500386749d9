"""Money into funds and out of them, over HTTP."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from etfs.api.answers import Rows, RowsView
from etfs.api.fields import CategoryField, NumberField, SymbolOf
from etfs.api.filters import PagedParams
from etfs.services import flows_get
from market.api.filters import PeriodParams, RegionField


class FlowParams(PeriodParams, PagedParams):
    """``from`` and ``to``: without them, the last 20 sessions up to the newest day with figures."""

    region = RegionField(required=False)
    category = CategoryField(required=False)
    top = serializers.IntegerField(default=3, min_value=1, max_value=100, help_text="Funds with the largest flows.")


class FundFlowSerializer(serializers.Serializer):
    symbol = SymbolOf()
    name = serializers.CharField()
    category = serializers.CharField()
    currency = serializers.CharField()
    net_flow = NumberField(help_text="In the fund's trading currency.")
    net_flow_krw = NumberField(help_text="In won; null where there is no rate.")
    assets_before = NumberField(help_text="On the newest day before the window.")
    percent = NumberField(help_text="Of those assets.")
    days = serializers.IntegerField(help_text="Days with a flow.")


class CategoryFlowSerializer(serializers.Serializer):
    category = serializers.CharField()
    funds = serializers.IntegerField()
    net_flow_krw = NumberField()
    assets_before_krw = NumberField()
    percent = NumberField()


class FlowsSerializer(Rows):
    region = serializers.CharField(help_text="Empty: all.")
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField(help_text="In which flows of several currencies are added.")
    signal = serializers.ChoiceField(("ROTATION", "STABLE"))
    without = serializers.IntegerField(help_text="Funds without a flow that could be added.")
    categories = CategoryFlowSerializer(many=True)
    top_inflow = FundFlowSerializer(many=True)
    top_outflow = FundFlowSerializer(many=True)
    top_categories_in = serializers.ListField(child=serializers.CharField())
    top_categories_out = serializers.ListField(child=serializers.CharField())
    results = FundFlowSerializer(many=True)


class FlowList(RowsView):
    """Net flows by fund and category from `from` to `to`; without them, of the last 20 sessions. CSV: the funds."""

    params = FlowParams
    serializer_class = FlowsSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = flows_get(
            region=asked.get("region", ""), start=asked.get("from"), end=asked.get("to"),
            category=asked.get("category", ""), top=asked["top"],
        )  # fmt: skip
        return asdict(found) | {"results": found.funds}
