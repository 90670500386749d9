"""Answers about performance as JSON. Percent is percent (12.5 means 12.5 %), money in the base currency; null: not
known.
"""

from rest_framework import serializers

from portfolio.models import PortfolioPerformanceHistory

PERCENT = {"allow_null": True, "help_text": "Percent."}


class StateSerializer(serializers.Serializer):
    """How far the values are."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    valued_to = serializers.DateField(allow_null=True, help_text="Newest session with a value.")
    valued_at = serializers.DateTimeField(allow_null=True)
    is_stale = serializers.BooleanField(help_text="Transactions changed since.")
    stale_from = serializers.DateField(allow_null=True)
    error = serializers.CharField(allow_blank=True, help_text="Why the newest computation failed.")


class GainsSerializer(serializers.Serializer):
    """total = value - paid_in + paid_out."""

    paid_in = serializers.FloatField()
    paid_out = serializers.FloatField()
    total = serializers.FloatField()
    realised_average = serializers.FloatField(help_text="By average cost.")
    unrealised_average = serializers.FloatField()
    realised_fifo = serializers.FloatField(help_text="By lots, first in, first out.")
    unrealised_fifo = serializers.FloatField()
    income = serializers.FloatField(help_text="Dividends and interest before tax.")
    fees = serializers.FloatField()
    taxes = serializers.FloatField()
    other = serializers.FloatField(help_text="Exchange rates of cash, costs of the whole.")


class PositionSerializer(serializers.Serializer):
    """One asset held."""

    instrument = serializers.CharField(help_text="REGION:TICKER")
    name = serializers.CharField()
    currency = serializers.CharField()
    sector = serializers.CharField()
    asset_type = serializers.CharField()
    quantity = serializers.FloatField()
    price = serializers.FloatField(help_text="Raw close, in its currency.")
    price_date = serializers.DateField(allow_null=True)
    rate = serializers.FloatField(help_text="Base currency for one unit of its currency.")
    value = serializers.FloatField()
    weight = serializers.FloatField(**PERCENT)
    average_price = serializers.FloatField(help_text="In its currency.")
    cost_average = serializers.FloatField()
    cost_fifo = serializers.FloatField()
    unrealised_average = serializers.FloatField()
    unrealised_fifo = serializers.FloatField()
    realised_average = serializers.FloatField()
    realised_fifo = serializers.FloatField()
    gain_percent = serializers.FloatField(**PERCENT)


class TrailSerializer(serializers.Serializer):
    """How a figure was computed."""

    result = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    formula = serializers.CharField(help_text="In words and signs; names inputs and columns of rows.")
    source = serializers.CharField(help_text="Where it is defined.")
    inputs = serializers.DictField()
    rows = serializers.ListField(child=serializers.DictField())


class ExplainSerializer(serializers.Serializer):
    """A trail for every figure; ``sessions``: the daily rows that figures of a record are made of."""

    figures = serializers.DictField(child=TrailSerializer())
    sessions = serializers.ListField(child=serializers.DictField(), required=False)


class SummarySerializer(StateSerializer):
    """A portfolio on one page."""

    as_of = serializers.DateField()
    currency = serializers.CharField()
    value = serializers.FloatField()
    cash_value = serializers.FloatField()
    cash = serializers.DictField(child=serializers.FloatField(), help_text="By currency, in that currency.")
    gains = GainsSerializer()
    returns = serializers.DictField(
        help_text="twr, mwr; twr_annual, mwr_annual from a year on; periods: 1d, mtd, ytd, 1m ... 10y; percent."
    )
    statistics = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="Of the whole record; VaR of its last 252 returns."
    )
    risk_level = serializers.CharField(allow_null=True)
    benchmark = serializers.CharField(allow_null=True)
    positions = PositionSerializer(many=True)
    findings = serializers.ListField(child=serializers.CharField(), help_text="What to look at.")
    explain = ExplainSerializer(required=False)


class PeriodReturnSerializer(serializers.Serializer):
    period = serializers.CharField(help_text="2026 or 2026-11")

    def get_fields(self) -> dict[str, serializers.Field]:
        return super().get_fields() | {"return": serializers.FloatField(**PERCENT)}  # a word of Python's


class DrawdownSerializer(serializers.Serializer):
    """A fall from a highest value, and the way back."""

    start = serializers.DateField(help_text="The last session at the peak.")
    trough = serializers.DateField()
    recovery = serializers.DateField(allow_null=True)
    depth = serializers.FloatField(help_text="Percent, positive.")
    sessions = serializers.IntegerField()


class PerformanceSerializer(serializers.Serializer):
    """Returns of a period."""

    to = serializers.DateField()
    currency = serializers.CharField()
    sessions = serializers.IntegerField()
    opening = serializers.FloatField(help_text="Value before the first session.")
    value = serializers.FloatField()
    inflow = serializers.FloatField()
    outflow = serializers.FloatField()
    gain = serializers.FloatField()
    twr = serializers.FloatField(**PERCENT)
    twr_annual = serializers.FloatField(**PERCENT)
    mwr = serializers.FloatField(**PERCENT)
    mwr_annual = serializers.FloatField(**PERCENT)
    benchmark = serializers.CharField(allow_null=True)
    statistics = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="All of them, VaR and CVaR too, of the period."
    )
    monthly = PeriodReturnSerializer(many=True)
    yearly = PeriodReturnSerializer(many=True)
    drawdowns = DrawdownSerializer(many=True)
    explain = ExplainSerializer(required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"from": serializers.DateField()} | super().get_fields()  # a word of Python's


class HistorySerializer(serializers.ModelSerializer):
    """The end of a session."""

    twr = serializers.FloatField(allow_null=True, help_text="Percent since the beginning.")

    class Meta:
        model = PortfolioPerformanceHistory
        fields = (
            "date", "value", "cash", "inflow", "outflow", "income", "fees", "taxes", "daily_return", "twr", "carried",
            "volatility", "sharpe_ratio", "var_95", "benchmark_return", "beta", "alpha",
        )  # fmt: skip


class PositionsSerializer(serializers.Serializer):
    """What is held at the end of a session."""

    as_of = serializers.DateField()
    value = serializers.FloatField()
    cash_value = serializers.FloatField()
    cash = serializers.DictField(child=serializers.FloatField())
    rates = serializers.DictField(child=serializers.FloatField())
    results = PositionSerializer(many=True)
    explain = ExplainSerializer(required=False)
