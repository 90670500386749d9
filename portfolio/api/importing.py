"""Files of transactions and opening positions over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from market.api.filters import KnownFields
from market.api.parsers import ShallowJSONParser
from portfolio.api.base import OfPortfolio
from portfolio.api.portfolios import REFUSED
from portfolio.services.errors import PortfolioError
from portfolio.services.import_files import KINDS, MOST_BYTES, TRANSACTIONS
from portfolio.services.import_plan import ImportPlan
from portfolio.services.importing import import_preview, transactions_import


class ImportRequest(KnownFields):
    """A file as ``file`` (multipart) or its ``text`` (JSON); the rest also as query parameters."""

    file = serializers.FileField(required=False, allow_empty_file=True)
    text = serializers.CharField(required=False, trim_whitespace=False, allow_blank=True)
    kind = serializers.ChoiceField(KINDS, default=TRANSACTIONS)
    date = serializers.DateField(required=False, help_text="Of positions whose rows have none.")
    preview = serializers.BooleanField(default=False, help_text="Say what would happen; store nothing.")
    skip_errors = serializers.BooleanField(default=False, help_text="Book the rows that can be.")

    def content(self) -> tuple[bytes, str]:
        """The file's bytes and its name."""
        asked = self.validated_data
        if ("file" in asked) == ("text" in asked):
            raise PortfolioError("file: either a file, or its text, is expected")
        if "text" in asked:
            return asked["text"].encode(), "text"
        if asked["file"].size > MOST_BYTES:
            raise PortfolioError(f"file: at most {MOST_BYTES / 1e6:,.0f} MB are read at once")
        return asked["file"].read(), asked["file"].name


class ImportFile(OfPortfolio):
    """Import of a CSV: of transactions, or of opening positions."""

    parser_classes = (MultiPartParser, ShallowJSONParser)
    serializer_class = ImportRequest

    @extend_schema(
        request=ImportRequest, responses={200: None, 201: None, 400: REFUSED},
        description="`preview`: every row as ok, duplicate or error, totals, and what would be held. Otherwise all is"
        " booked or nothing (400, `rows` names every wrong one); with `skip_errors` what can be, and `refused_csv` is"
        " the rest. 201 where something was booked.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        asked = self._asked(request)
        content, name = asked.content()
        how = {key: asked.validated_data.get(key) for key in ("kind", "date")}
        if asked.validated_data["preview"]:
            return Response(import_preview(portfolio=portfolio, content=content, name=name, **how).told())
        done = transactions_import(
            portfolio=portfolio, content=content, name=name, skip_errors=asked.validated_data["skip_errors"], **how
        )
        told = {
            "added": done.added, "counts": done.plan.counts, "rows": _problems(done.plan),
            "refused_csv": done.plan.refused_csv(),
        }  # fmt: skip
        return Response(told, status.HTTP_201_CREATED if done.added else status.HTTP_200_OK)

    def _asked(self, request: Request) -> ImportRequest:
        body = request.data
        if not hasattr(body, "items"):
            raise ParseError("an object is expected")
        asked = ImportRequest(data=request.query_params.dict() | dict(body.items()))
        asked.is_valid(raise_exception=True)
        return asked


def _problems(plan: ImportPlan) -> list[dict[str, Any]]:
    return [{"row": one.row, "field": one.field, "reason": one.reason} for one in plan.problems]
