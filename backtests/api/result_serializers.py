"""The parts of a backtest's result as the API shows them; docs/backtest-results.md says what they mean."""

from rest_framework import serializers

Number, Text = serializers.FloatField, serializers.CharField


class BacktestPeriodSerializer(serializers.Serializer):
    """A month or a year; ``return`` is added by name (a word of Python's)."""

    period = Text()
    benchmark_return = Number(allow_null=True)
    trades = serializers.IntegerField()
    sells = serializers.IntegerField()
    win_rate = Number(allow_null=True)
    average_hold_days = Number(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        first, *rest = super().get_fields().items()
        return dict([first, ("return", Number(allow_null=True)), *rest])


class BacktestPeriodsSerializer(serializers.Serializer):
    results = BacktestPeriodSerializer(many=True)


class BacktestContributionSerializer(serializers.Serializer):
    condition = Text()
    rank = serializers.IntegerField()
    contribution_score = Number(allow_null=True)
    return_change = Number(allow_null=True, help_text="Total return with it less that without it.")
    return_without = Number(allow_null=True)
    rank_correlation = Number(allow_null=True)
    trades = serializers.IntegerField()
    wins = serializers.IntegerField()
    win_rate = Number(allow_null=True)
    average_profit_rate = Number(allow_null=True)


class BacktestContributionsSerializer(serializers.Serializer):
    results = BacktestContributionSerializer(many=True)


class BacktestFindingSerializer(serializers.Serializer):
    code = Text()
    severity = Text(help_text="SERIOUS, WARNING or NOTE.")
    title = Text()
    message = Text()
    evidence = serializers.DictField(help_text="The figures behind it.")


class BacktestDiagnosisSerializer(serializers.Serializer):
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By severity.")
    results = BacktestFindingSerializer(many=True)


class BacktestFigureSerializer(serializers.Serializer):
    name = Text()
    value = Number(allow_null=True)
    unit = Text()
    meaning = Text()


class BacktestStatisticsSerializer(serializers.Serializer):
    """Every figure, and the tables beside them."""

    id = serializers.IntegerField()
    currency = Text()
    benchmark = serializers.DictField(allow_null=True, help_text="Ticker and name.")
    results = BacktestFigureSerializer(many=True)
    drawdowns = serializers.ListField(child=serializers.DictField(), help_text="The five deepest.")
    reasons = serializers.JSONField(help_text="Closed trades by reason.")
    distributions = serializers.JSONField(help_text="Histograms of profit rates and days held.")
    instruments = serializers.JSONField(help_text="The names that gained and lost most.")


class BacktestDayOfSeriesSerializer(serializers.Serializer):
    date = Text()
    value = Number()
    benchmark = Number(allow_null=True)
    drawdown = Number()
    benchmark_drawdown = Number(allow_null=True)
    cash = Number()
    positions = serializers.IntegerField()
    turnover = Number()
    rolling_sharpe = Number(allow_null=True)


class BacktestSeriesSerializer(serializers.Serializer):
    """Equally long lists, the session before the first at the beginning."""

    def get_fields(self) -> dict[str, serializers.Field]:
        shown = BacktestDayOfSeriesSerializer().get_fields()
        plural = {"date": "dates"}
        return {plural.get(name, name): serializers.ListField(child=one) for name, one in shown.items()} | {
            name: serializers.ListField(child=Number(allow_null=True), allow_null=True)
            for name in ("benchmark", "benchmark_drawdown")
        }


class BacktestComparedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    label = Text(help_text="Its name; with its number where several have the same.")
    name = Text()
    region = Text()
    currency = Text()
    start = serializers.DateField()
    end = serializers.DateField()
    benchmark = serializers.DictField(allow_null=True)


class BacktestComparedFigureSerializer(serializers.Serializer):
    name = Text()
    unit = Text()
    values = serializers.ListField(child=Number(allow_null=True), help_text="In the order of `backtests`.")
    best = Number(allow_null=True, help_text="Null where no way is better.")


class BacktestDifferenceSerializer(serializers.Serializer):
    setting = Text()
    values = serializers.ListField(child=Text())


class BacktestComparedSeriesSerializer(serializers.Serializer):
    label = Text()
    dates = serializers.ListField(child=Text())
    value = serializers.ListField(child=Number(), help_text="100 on the session before its first.")
    benchmark = serializers.ListField(child=Number(allow_null=True), allow_null=True)
    drawdown = serializers.ListField(child=Number(), help_text="Percent, 0 or negative.")


class BacktestComparisonSerializer(serializers.Serializer):
    backtests = BacktestComparedSerializer(many=True)
    statistics = BacktestComparedFigureSerializer(many=True)
    differences = BacktestDifferenceSerializer(many=True, help_text="Settings that are not the same.")
    series = BacktestComparedSeriesSerializer(many=True)
