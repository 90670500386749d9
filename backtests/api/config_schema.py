"""The configuration of a backtest in the words of the schema; ``config_check`` is what checks it."""

from rest_framework import serializers

from backtests.calc.rules import Exit
from backtests.calc.schedule import Frequency
from factors.calc.normalise import METHODS
from market.api.filters import RegionField

NUMBER, TEXT = serializers.FloatField, serializers.CharField


class BacktestBuyConditionSerializer(serializers.Serializer):
    factor = TEXT(help_text="A factor's name, or `composite` of the strategy.")
    field = TEXT(required=False, help_text="`value` (default), `score`, `percentile` or `rank`.")
    operator = TEXT(required=False, help_text="`>=` (default), `>`, `<=`, `<`, `between`, `top`, `bottom` ...")
    value = serializers.JSONField(help_text="A number; `[low, high]` with `between`.")


class BacktestSellConditionSerializer(BacktestBuyConditionSerializer):
    """A number alone, or with FACTOR the parts of a buy condition."""

    type = serializers.ChoiceField([str(kind) for kind in Exit])
    factor = TEXT(required=False)


class BacktestConfigSerializer(serializers.Serializer):
    """What to test. Only ``region`` and ``start`` must be given, and something to order names by."""

    name = TEXT(required=False, max_length=120)
    region = RegionField()
    start = serializers.DateField(help_text="First day.")
    end = serializers.DateField(required=False, help_text="Last day; without it, that of the newest bar.")
    strategy = serializers.JSONField(required=False, help_text="A stored strategy's name, or factors and a combiner.")
    order_by = TEXT(required=False, help_text="A factor or `composite`: who is bought first.")
    buy_conditions = BacktestBuyConditionSerializer(many=True, required=False)
    sell_conditions = BacktestSellConditionSerializer(many=True, required=False)
    universe = serializers.DictField(required=False, help_text="Sectors, tickers and conditions; without it, all.")
    rebalance = serializers.ChoiceField([str(one) for one in Frequency], required=False)
    max_positions = serializers.IntegerField(required=False)
    every = serializers.IntegerField(required=False, help_text="Sessions, with EVERY_N.")
    rebalance_on_start = serializers.BooleanField(required=False)
    fill = TEXT(required=False, help_text="`next_open` (default), `next_close`, `same_close`.")
    mode = TEXT(required=False, help_text="`fill` (default) or `target`.")
    sizing = TEXT(required=False, help_text="`EQUAL_WEIGHT` (default), `MARKET_CAP`, `SCORE`, `RISK_PARITY`.")
    cash_buffer = NUMBER(required=False, help_text="Percent that stays in cash.")
    commission = NUMBER(required=False, help_text="Percent, of buys and sales.")
    tax = NUMBER(required=False, help_text="Percent, of sales.")
    slippage = NUMBER(required=False, help_text="Percent.")
    volume_cap = NUMBER(required=False, help_text="Percent of a session's volume.")
    lot_size = NUMBER(required=False)
    fractional = serializers.BooleanField(required=False, help_text="Parts of a share may be bought.")
    delisting_return = NUMBER(required=False, help_text="Percent, of the last close.")
    initial_capital = NUMBER(required=False, help_text="In the region's currency.")
    benchmark = TEXT(required=False, help_text="A ticker of the region, or `none`; without it, the region's index.")
    risk_free = NUMBER(required=False, help_text="Percent a year.")
    normalisation = serializers.ChoiceField(list(METHODS), required=False)
    neutralise = serializers.ListField(child=TEXT(), required=False, help_text="Of sector, size.")
