"""Compositions as the API shows them."""

from rest_framework import serializers

from etfs.api.answers import Rows
from etfs.api.fields import DigitsField, NumberField, SymbolOf
from etfs.api.fund_serializers import NumbersSerializer
from etfs.models import HoldingFinding, Snapshot

SHARE = "Percent of the fund."


class LineSerializer(serializers.Serializer):
    """A line of a composition, numbers as text with the source's digits."""

    rank = serializers.IntegerField(help_text="1: the largest weight.")
    symbol = SymbolOf(help_text="REGION:TICKER of our instrument; else the source's ticker or identifier; else null.")
    ticker = serializers.CharField()
    region = serializers.CharField(allow_null=True)
    identifier = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    weight = DigitsField(help_text=SHARE)
    weight_change = DigitsField(help_text="Percent points since the composition before; null in the first one.")
    shares = DigitsField()
    market_value = DigitsField()
    sector = serializers.CharField()
    country = serializers.CharField()
    currency = serializers.CharField(help_text="Of the security.")


class CompositionSerializer(serializers.Serializer):
    """A composition: what it is, what it adds up to, its lines by rank."""

    symbol = serializers.CharField(source="fund.instrument.__str__")
    name = serializers.CharField(source="fund.instrument.name")
    as_of_date = serializers.DateField(source="snapshot.as_of_date")
    source = serializers.CharField(source="snapshot.source")
    state = serializers.CharField(source="snapshot.state")
    message = serializers.CharField(source="snapshot.message", help_text="Why it is not believed.")
    currency = serializers.CharField(source="snapshot.currency", help_text="Of the market values.")
    per_unit = serializers.BooleanField(
        source="snapshot.per_unit", help_text="Shares and values are those of one creation unit, not of the whole fund."
    )
    weight_sum = DigitsField(source="snapshot.weight_sum")
    market_value = DigitsField(source="snapshot.market_value")
    unresolved_weight = DigitsField(help_text="Of stocks and funds that are no instrument of ours.")
    line_count = serializers.IntegerField(source="snapshot.line_count")
    expected_lines = serializers.IntegerField(source="snapshot.expected_lines", allow_null=True)
    hhi_percent = NumberField(source="figures.hhi_percent")
    effective_holdings = NumberField(source="figures.effective_holdings")
    top_10_percent = NumberField(source="figures.top_10_percent")
    lines = LineSerializer(many=True)


class SnapshotSerializer(NumbersSerializer):
    region = serializers.CharField(source="etf.region", read_only=True)
    ticker = serializers.CharField(source="etf.instrument.ticker", read_only=True)

    class Meta:
        model = Snapshot
        fields = (
            "region", "ticker", "as_of_date", "source", "state", "is_served", "currency", "per_unit", "weight_sum",
            "market_value", "line_count", "expected_lines", "message", "imported_at",
        )  # fmt: skip


class FindingSerializer(serializers.ModelSerializer):
    region = serializers.CharField(source="etf.region", read_only=True)
    ticker = serializers.CharField(source="etf.instrument.ticker", read_only=True)
    evidence = serializers.DictField(help_text="The figures it was found by.")

    class Meta:
        model = HoldingFinding
        fields = ("region", "ticker", "as_of_date", "code", "severity", "message", "evidence", "found_at")


class FindingCsvSerializer(FindingSerializer):
    evidence = serializers.CharField(source="evidence_text")


class HolderSerializer(serializers.Serializer):
    """A fund that holds the stock, as of its own newest composition."""

    symbol = SymbolOf()
    name = serializers.CharField()
    category = serializers.CharField()
    issuer = serializers.CharField()
    as_of_date = serializers.DateField()
    sessions_old = serializers.IntegerField(help_text="Sessions of the fund's exchange from that day to `as_of`.")
    freshness = serializers.ChoiceField(
        ("fresh", "ageing", "stale"), help_text="fresh: up to a session old; stale: more than five."
    )
    weight = NumberField(help_text=SHARE)
    weight_change = NumberField(help_text="Percent points since the composition before.")
    shares = NumberField()
    market_value = NumberField()
    currency = serializers.CharField(help_text="Of the market value.")
    per_unit = serializers.BooleanField(help_text="Shares and value are those of one creation unit.")
    rank = serializers.IntegerField(allow_null=True)
    lines = serializers.IntegerField(help_text="Lines of that stock, added.")
    total_assets = NumberField(help_text="Of the fund, in its trading currency.")
    source = serializers.CharField()
    state = serializers.CharField()


class HoldersSerializer(Rows):
    stock = serializers.CharField()
    name = serializers.CharField()
    as_of = serializers.DateField()
    results = HolderSerializer(many=True)


class WeightSerializer(serializers.Serializer):
    as_of_date = serializers.DateField()
    weight = NumberField(help_text=f"{SHARE} 0: not held.")
    shares = NumberField()
    market_value = NumberField()
    rank = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    source = serializers.CharField()


class WeightsSerializer(Rows):
    etf = serializers.CharField()
    stock = serializers.CharField()
    results = WeightSerializer(many=True)


class ChangeSerializer(serializers.Serializer):
    """What became of a line; share counts after splits."""

    status = serializers.CharField()
    symbol = SymbolOf()
    name = serializers.CharField()
    kind = serializers.CharField()
    shares_before = NumberField(help_text="In shares of the end.")
    shares_after = NumberField()
    share_change = NumberField()
    weight_before = NumberField()
    weight_after = NumberField()
    weight_change = NumberField(help_text="Percent points.")
    value_change = NumberField()
    split_ratio = NumberField(help_text="New shares per old one between the two days.")


class ChangesSerializer(Rows):
    etf = serializers.CharField()
    start = serializers.DateField(help_text="The day of the first composition.")
    end = serializers.DateField(help_text="The day of the last one.")
    results = ChangeSerializer(many=True)


class HeavySerializer(serializers.Serializer):
    """A line that weighs much, and its fund."""

    symbol = SymbolOf(help_text="The fund.")
    name = serializers.CharField()
    category = serializers.CharField()
    as_of_date = serializers.DateField()
    held = SymbolOf(prefix="line_", help_text="What it holds.")
    held_name = serializers.CharField(source="line_name")
    kind = serializers.CharField()
    weight = NumberField(help_text=SHARE)
    weight_change = NumberField()
    exposure = NumberField(help_text="Weight of the fund's assets, in its trading currency.")
    trading_currency = serializers.CharField()
    source = serializers.CharField()
    state = serializers.CharField()


class HeavyWeightsSerializer(Rows):
    threshold = NumberField(allow_null=False)
    as_of = serializers.DateField()
    results = HeavySerializer(many=True)
