"""Who holds what, over HTTP: funds that hold a stock, heavy lines, funds that bring several stocks together."""

from typing import Any

from rest_framework import serializers

from etfs.api.answers import RowsView
from etfs.api.composition_serializers import HeavyWeightsSerializer, HoldersSerializer
from etfs.api.fields import NumberField, SymbolField, SymbolsField
from etfs.api.filters import PagedParams, RegionDayParams
from etfs.services import concentration_get, heavy_get, holders_get, stock_get, stocks_get
from etfs.services.lookup import day_or_today

_PERCENT = {"max_digits": 12, "decimal_places": 8, "max_value": 1000}


class HolderParams(RegionDayParams, PagedParams):
    stock = SymbolField()
    min_weight = serializers.DecimalField(
        required=False, min_value=0, help_text="Percent of the fund, and above.", **_PERCENT
    )
    max_age = serializers.IntegerField(
        required=False, min_value=0, max_value=100_000, help_text="Compositions at most so many sessions old."
    )


class HeavyParams(RegionDayParams, PagedParams):
    threshold = serializers.DecimalField(default=5, min_value=1, help_text="Percent, from 1.", **_PERCENT)


class ConcentrationParams(RegionDayParams):
    stocks = SymbolsField(help_text="Two stocks or more, separated by commas.")


class HolderList(RowsView):
    """The funds whose own newest composition up to `as_of` has the stock, heaviest first."""

    params = HolderParams
    serializer_class = HoldersSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        stock = stock_get(asked["stock"])
        options = {
            "region": asked.get("region", ""),
            "min_weight": asked.get("min_weight"),
            "max_age": asked.get("max_age"),
        }
        rows = holders_get(stock=stock, as_of=asked.get("as_of"), **options)
        return {"stock": str(stock), "name": stock.name, "as_of": day_or_today(asked.get("as_of")), "results": rows}


class HeavyList(RowsView):
    """Lines of at least `threshold` percent in the funds' newest compositions up to `as_of`, heaviest first."""

    params = HeavyParams
    serializer_class = HeavyWeightsSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        day, threshold = asked.get("as_of"), asked["threshold"]
        rows = heavy_get(threshold=threshold, as_of=day, region=asked.get("region", ""))
        return {"threshold": threshold, "as_of": day_or_today(day), "results": rows}


class ConcentratedFundSerializer(serializers.Serializer):
    symbol = serializers.CharField()
    name = serializers.CharField()
    as_of_date = serializers.DateField()
    count = serializers.IntegerField(help_text="Of the stocks asked for.")
    weight = NumberField(help_text="Of all of them, percent of the fund.")
    stocks = serializers.ListField(child=serializers.CharField())


class ConcentrationSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    level = serializers.ChoiceField(("HIGH", "LOW"), help_text="HIGH: a fund holds at least three of them.")
    results = ConcentratedFundSerializer(many=True)


class Concentration(RowsView):
    """Funds that hold at least two of the stocks, those with most of them first."""

    params = ConcentrationParams
    serializer_class = ConcentrationSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        stocks = stocks_get(asked["stocks"])
        found = concentration_get(stocks=stocks, as_of=asked.get("as_of"), region=asked.get("region", ""))
        return {"as_of": found["as_of"], "level": found["level"], "results": found["funds"]}
