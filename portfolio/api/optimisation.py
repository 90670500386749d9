"""Targets that a method proposes, over HTTP. Nothing is stored unless asked for."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from etfs.api.fields import LONGEST_SYMBOL, AmountField, NumberField
from market.api.filters import KnownFields
from portfolio.api.reading import ReadingPost
from portfolio.calc.optimisation import View
from portfolio.services.optimisation import METHOD_NAMES, frontier, targets_propose
from portfolio.services.traits import instruments_of
from portfolio.services.wishes import LONGEST, LOOKBACK, MOST_ASSETS, SHORTEST, Wish

PERCENT = {"min_value": 0.0, "max_value": 100.0}
MOST_VIEWS, MOST_POINTS = 100, 100


class BySymbol(serializers.DictField):
    """Percent by REGION:TICKER."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"child": AmountField(), "required": False} | kwargs))


class SectorRequest(KnownFields):
    minimum = AmountField(default=0.0, **PERCENT)
    maximum = AmountField(default=100.0, **PERCENT)


class ViewRequest(KnownFields):
    """The portfolio `weights` will return so much: 1 for an asset alone, 1 and -1 for one against another."""

    weights = BySymbol(required=True, help_text="By REGION:TICKER.")
    annual_return = AmountField(min_value=-100.0, max_value=1_000.0, help_text="Percent a year.")
    confidence = AmountField(default=0.5, min_value=0.0, max_value=1.0, help_text="0: not at all, 1: certain.")


class WishRequest(KnownFields):
    """What the weights may be, percent."""

    assets = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_SYMBOL), required=False, allow_null=True, min_length=1,
        max_length=MOST_ASSETS, help_text="None: what is held and what has a target.",
    )  # fmt: skip
    minimum = AmountField(default=0.0, **PERCENT)
    maximum = AmountField(default=100.0, **PERCENT)
    minima = BySymbol(help_text="By REGION:TICKER.")
    maxima = BySymbol(help_text="By REGION:TICKER.")
    sectors = serializers.DictField(child=SectorRequest(), required=False, help_text="By sector.")
    budget = AmountField(default=100.0, help_text="The rest is cash.")
    turnover = AmountField(required=False, allow_null=True, help_text="Half of what may change.")
    views = ViewRequest(many=True, required=False, max_length=MOST_VIEWS)
    market = BySymbol(allow_null=True, help_text="What Black-Litterman starts from; none: what is held.")
    lookback = serializers.IntegerField(default=LOOKBACK, min_value=SHORTEST, max_value=LONGEST, help_text="Returns.")

    def wish(self) -> Wish:
        """As the services take it."""
        asked = self.validated_data
        symbols = asked.get("assets")
        sectors = {name: (one["minimum"], one["maximum"]) for name, one in asked.get("sectors", {}).items()}
        plain = ("minimum", "maximum", "minima", "maxima", "budget", "turnover", "market", "lookback")
        return Wish(
            assets=None if symbols is None else instruments_of(symbols, "assets"), sectors=sectors,
            views=[View(**one) for one in asked.get("views", ())],
            **{name: asked[name] for name in plain if name in asked},
        )  # fmt: skip


class OptimisationRequest(WishRequest):
    method = serializers.ChoiceField(METHOD_NAMES)
    risk_aversion = AmountField(required=False, allow_null=True, help_text="Of mean_variance: this, or the next.")
    target_return = AmountField(required=False, allow_null=True, help_text="Percent a year, of mean_variance.")
    apply = serializers.BooleanField(default=False, help_text="Make them the portfolio's targets.")


class FrontierRequest(WishRequest):
    points = serializers.IntegerField(default=20, min_value=2, max_value=MOST_POINTS)


class FrontierPointSerializer(serializers.Serializer):
    targets = serializers.DictField(child=NumberField(), help_text="Percent; with `cash` they sum to 100.")
    expected_return = NumberField(help_text="Percent a year.")
    volatility = NumberField(help_text="Percent a year.")
    sharpe_ratio = NumberField()
    turnover = NumberField(help_text="Half of what changes, percent.")
    risk_shares = serializers.DictField(child=NumberField(), help_text="Percent of the variance.")
    notes = serializers.ListField(child=serializers.CharField())


class OptimisationProposalSerializer(FrontierPointSerializer):
    method = serializers.CharField()
    applied = serializers.BooleanField(help_text="Whether they are the portfolio's targets now.")
    first = serializers.DateField(help_text="Of the closes that the estimates are of.")
    last = serializers.DateField()
    returns = serializers.IntegerField()
    returns_a_year = NumberField(help_text="252, or fewer where exchanges close on different days.")


class FrontierAssetSerializer(serializers.Serializer):
    asset = serializers.CharField()
    expected_return = NumberField()
    volatility = NumberField()


class FrontierSerializer(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()
    returns = serializers.IntegerField()
    returns_a_year = NumberField(help_text="252, or fewer where exchanges close on different days.")
    notes = serializers.ListField(child=serializers.CharField())
    points = FrontierPointSerializer(many=True)
    assets = FrontierAssetSerializer(many=True)


class Optimisation(ReadingPost):
    """Propose targets by a method: mean-variance, minimum variance, maximum Sharpe, risk parity, ..."""

    serializer_class = OptimisationProposalSerializer

    @extend_schema(request=OptimisationRequest, responses=OptimisationProposalSerializer)
    def post(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        body = OptimisationRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        if asked["apply"]:
            portfolio = self.portfolio_to("change")
        found = targets_propose(
            portfolio=portfolio, method=asked["method"], wish=body.wish(), risk_aversion=asked.get("risk_aversion"),
            target_return=asked.get("target_return"), apply=asked["apply"],
        )  # fmt: skip
        return Response(self.get_serializer(found).data)


class Frontier(ReadingPost):
    """The efficient frontier."""

    serializer_class = FrontierSerializer

    @extend_schema(request=FrontierRequest, responses=FrontierSerializer)
    def post(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        body = FrontierRequest(data=request.data)
        body.is_valid(raise_exception=True)
        found = frontier(portfolio=portfolio, wish=body.wish(), points=body.validated_data["points"])
        return Response(self.get_serializer(found).data)
