"""What trading and holding funds takes, over HTTP."""

from typing import Any

from rest_framework import serializers

from etfs.api.answers import RowsView
from etfs.api.fields import AmountField, NumberField
from etfs.api.filters import FundDayParams, FundsParams
from etfs.services import costs_compare, etf_get, etfs_get, liquidity_get


class LiquidityParams(FundDayParams):
    amount = AmountField(help_text="To be traded, in the currency of the composition; above 0.")
    participation = AmountField(default=0.2, help_text="Part of a day's trading value, above 0, at most 1.")


class CostParams(FundsParams):
    amount = AmountField(default=1e6, help_text="Held, in any one currency; above 0.")
    years = AmountField(default=10.0, help_text="Above 0, at most 100.")


class SlowLineSerializer(serializers.Serializer):
    ticker = serializers.CharField()
    name = serializers.CharField()
    amount = NumberField()
    days = NumberField()


class LiquiditySerializer(serializers.Serializer):
    """Null where it is not known, or never reached."""

    fund = serializers.CharField()
    as_of_date = serializers.DateField()
    amount = NumberField()
    currency = serializers.CharField()
    participation = NumberField()
    fund_days = NumberField(help_text="Days to trade the fund's own shares.")
    tradable_percent = serializers.DictField(child=NumberField(), help_text="Days: percent of what it holds.")
    days_to_percent = serializers.DictField(child=NumberField(), help_text="Percent of what it holds: days.")
    unknown_percent = NumberField(help_text="Of lines whose trading is not known.")
    slowest = SlowLineSerializer(many=True)


class Liquidity(RowsView):
    """Days to trade an amount of a fund: of its own shares, and of what it holds. CSV: the slowest lines."""

    params = LiquidityParams
    serializer_class = LiquiditySerializer
    rows = "slowest"

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        return liquidity_get(
            fund=etf_get(asked["etf"]), amount=asked["amount"], as_of=asked.get("as_of"),
            participation=asked["participation"],
        )  # fmt: skip


class FundCostSerializer(serializers.Serializer):
    symbol = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    tracking_index = serializers.CharField()
    expense_ratio = NumberField(help_text="Percent a year.")
    first_year_cost = NumberField()
    total_cost = NumberField()
    above_cheapest = NumberField()
    tracking_error_250d = NumberField()
    premium_discount = NumberField()
    average_value_20d = NumberField()
    total_assets = NumberField()
    currency = serializers.CharField(help_text="Of trading value and assets.")


class CostsSerializer(serializers.Serializer):
    amount = NumberField()
    years = NumberField()
    results = FundCostSerializer(many=True)


class Costs(RowsView):
    """What holding an amount for years costs in fees, fund by fund, cheapest first."""

    params = CostParams
    serializer_class = CostsSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        amount, years = asked["amount"], asked["years"]
        rows = costs_compare(funds=etfs_get(asked["etfs"]), amount=amount, years=years)
        return {"amount": amount, "years": years, "results": rows}
