"""Funds compared over HTTP: what they have in common, how they move together, what they lean on."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from etfs.api.answers import MatrixView, PairSerializer, RowsView
from etfs.api.fields import NumberField, SymbolField, SymbolOf
from etfs.api.filters import AnswerParams, AsOfField, FundDayParams, FundsDayParams
from etfs.services import correlation_get, etf_get, etfs_get, overlap_matrix, overlap_pair, tilts_get
from etfs.services.lookup import day_or_today
from factors.api.filters import FactorNamesField

_Matrix = serializers.ListField


class PairParams(AnswerParams):
    left = SymbolField()
    right = SymbolField()
    as_of = AsOfField()


class CorrelationParams(FundsDayParams):
    sessions = serializers.IntegerField(default=252, min_value=20, max_value=2520)


class TiltParams(FundDayParams):
    factor = FactorNamesField(required=False, help_text="One or more factors; without it, all that have scores.")


class ComparedFundSerializer(serializers.Serializer):
    symbol = serializers.CharField()
    as_of_date = serializers.DateField()


class OverlapSerializer(serializers.Serializer):
    """Rows and columns in the order of `funds`."""

    funds = ComparedFundSerializer(many=True)
    percent = _Matrix(child=serializers.ListField(child=NumberField()), help_text="Diagonal: the stocks' own weight.")
    common = _Matrix(child=serializers.ListField(child=serializers.IntegerField()), help_text="Stocks both hold.")


class OverlapCellSerializer(PairSerializer):
    percent = NumberField()
    common = serializers.IntegerField()


class Overlap(MatrixView):
    """Overlap of every two funds in percent: the sum of the smaller weight over common stocks. CSV: by two funds."""

    params = FundsDayParams
    serializer_class = OverlapSerializer
    pair_class = OverlapCellSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        return asdict(overlap_matrix(funds=etfs_get(asked["etfs"]), as_of=asked.get("as_of")))


class SharedNameSerializer(serializers.Serializer):
    symbol = SymbolOf()
    name = serializers.CharField()
    left_weight = NumberField()
    right_weight = NumberField()
    shared = NumberField(help_text="The smaller of the two.")


class OverlapPairSerializer(serializers.Serializer):
    funds = ComparedFundSerializer(many=True)
    overlap_percent = NumberField()
    common = serializers.IntegerField()
    results = SharedNameSerializer(many=True)


class OverlapPair(RowsView):
    """Overlap of two funds with the stocks they share, most in common first."""

    params = PairParams
    serializer_class = OverlapPairSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        left, right = etfs_get([asked["left"], asked["right"]])
        found = overlap_pair(left=left, right=right, as_of=asked.get("as_of"))
        return found | {"results": found["names"]}


class CoveredFundSerializer(serializers.Serializer):
    symbol = serializers.CharField()
    coverage_percent = NumberField(help_text="Weight of the stocks with prices, of all stocks.")


class CorrelationSerializer(serializers.Serializer):
    """Rows and columns in the order of `funds`; null where fewer than 20 sessions are common."""

    as_of = serializers.DateField()
    sessions = serializers.IntegerField()
    funds = CoveredFundSerializer(many=True)
    correlation = _Matrix(child=serializers.ListField(child=NumberField()))
    common_sessions = _Matrix(child=serializers.ListField(child=serializers.IntegerField()))


class CorrelationCellSerializer(PairSerializer):
    correlation = NumberField()
    common_sessions = serializers.IntegerField()


class Correlation(MatrixView):
    """Correlations of the returns that today's holdings would have had over the last `sessions` sessions. CSV: by two
    funds."""

    params = CorrelationParams
    serializer_class = CorrelationSerializer
    pair_class = CorrelationCellSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        return correlation_get(
            funds=etfs_get(asked["etfs"]), as_of=asked.get("as_of"), sessions=asked["sessions"]
        )  # fmt: skip


class TiltSerializer(serializers.Serializer):
    factor = serializers.CharField()
    tilt = NumberField(help_text="Mean score of its stocks, by weight.")
    coverage_percent = NumberField(help_text="Weight of the stocks with a score, of all stocks.")
    scores_of = serializers.DictField(child=serializers.DateField(), help_text="Region: session of the scores.")


class TiltsSerializer(serializers.Serializer):
    etf = serializers.CharField()
    as_of = serializers.DateField()
    results = TiltSerializer(many=True)


class Tilts(RowsView):
    """Which factors a fund leans on: scores of its stocks, weighted."""

    params = TiltParams
    serializer_class = TiltsSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        fund = etf_get(asked["etf"])
        as_of: dt.date | None = asked.get("as_of")
        rows = tilts_get(fund=fund, as_of=as_of, factor_names=asked.get("factor", ()))
        return {"etf": str(fund.instrument), "as_of": day_or_today(as_of), "results": rows}
