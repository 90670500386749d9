"""Factors written as formulas, over HTTP: list, read, check, save, delete."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from factors.models import FactorFormula
from factors.services.formulas import (
    FormulaRefused,
    formula_check,
    formula_delete,
    formula_problems,
    formula_save,
    formula_try,
)
from market.api.filters import QueryParams, RegionField
from market.api.listing import ListView
from market.api.owned import allowed
from market.texts import is_storable

REFUSED = OpenApiResponse(description="Field and reason; for a formula also the place.")


class FormulaSerializer(serializers.ModelSerializer):
    """A formula as it is stored, and as it is asked for: the service checks it."""

    name = serializers.CharField(max_length=64, help_text="Small letters, digits and _.")
    problem = serializers.SerializerMethodField(help_text="Why it is not computed; null: it is.")

    class Meta:
        model = FactorFormula
        fields = (
            "name", "formula", "category", "unit", "direction", "description", "is_active", "problem", "created_at",
            "changed_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "changed_at")

    def get_problem(self, formula: FactorFormula) -> str | None:
        if "problems" not in self.context:
            self.context["problems"] = formula_problems()
        return self.context["problems"].get(formula.name)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            writable = [name for name, field in self.fields.items() if not field.read_only]
            raise ValidationError({unknown[0]: [f"unknown field; known are {', '.join(writable)}"]})
        return asked

    def create(self, asked: dict[str, Any]) -> FactorFormula:
        return self._saved(asked, None)

    def update(self, formula: FactorFormula, asked: dict[str, Any]) -> FactorFormula:
        kept = ("name", "formula", "category", "unit", "direction", "description", "is_active")
        return self._saved({name: getattr(formula, name) for name in kept} | asked, formula)

    def _saved(self, asked: dict[str, Any], existing: FactorFormula | None) -> FactorFormula:
        try:
            return formula_save(**asked, owner=self.context["request"].user, existing=existing)
        except FormulaRefused as error:
            raise ValidationError({error.field: [error.reason]}) from error


class FormulaParams(QueryParams):
    is_active = serializers.ChoiceField(("true", "false"), required=False)


class CheckRequest(serializers.Serializer):
    formula = serializers.CharField(trim_whitespace=False)
    name = serializers.CharField(required=False, default="", help_text="What it is, or will be, called.")
    region = RegionField(required=False, help_text="With it, the formula's highest values on the latest session.")


class CheckAnswer(serializers.Serializer):
    bars = serializers.IntegerField(help_text="Bars an instrument must have.")
    series = serializers.ListField(child=serializers.CharField())
    figures = serializers.ListField(child=serializers.CharField())
    factors = serializers.ListField(child=serializers.CharField())
    formulas = serializers.ListField(child=serializers.CharField())
    values = serializers.DictField(
        required=False, help_text="Date, how many have a value, why others do not, the highest."
    )


class FormulaList(ListView, generics.ListCreateAPIView):
    """Factors written as formulas, by name. POST saves a new one (permission *add factor formula*)."""

    renderer_classes = (JSONRenderer, BrowsableAPIRenderer)  # no table: no CSV
    queryset = FactorFormula.objects.all()
    serializer_class = FormulaSerializer
    params = FormulaParams

    def get_queryset(self) -> QuerySet[FactorFormula]:
        if self.request.method != "GET":
            return FactorFormula.objects.all()
        asked = self.asked().get("is_active")
        rows = FactorFormula.objects.filter(is_active=asked == "true") if asked else FactorFormula.objects.all()
        return rows.order_by("name")


class FormulaDetail(generics.RetrieveUpdateDestroyAPIView):
    """One formula, by name. A change of its meaning sets its scores so far apart, under `name~1`."""

    queryset = FactorFormula.objects.all()
    serializer_class = FormulaSerializer
    lookup_field = "name"

    def get_object(self) -> FactorFormula:
        if not is_storable(self.kwargs["name"]):
            raise NotFound
        action = {"GET": "view", "DELETE": "delete"}.get(self.request.method, "change")
        return allowed(super().get_object(), self.request.user, action)

    def perform_destroy(self, formula: FactorFormula) -> None:
        try:
            formula_delete(formula=formula)
        except FormulaRefused as error:
            raise ValidationError({error.field: [error.reason]}) from error


class FormulaCheck(generics.GenericAPIView):
    """Whether a formula makes sense, and what it needs; nothing is stored."""

    queryset = FactorFormula.objects.all()
    serializer_class = CheckRequest

    @extend_schema(request=CheckRequest, responses={200: CheckAnswer, 400: REFUSED})
    def post(self, request: Request) -> Response:
        body = CheckRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        try:
            found = asdict(formula_check(formula=asked["formula"], name=asked["name"]))
            if "region" in asked:
                found["values"] = formula_try(**asked)
        except FormulaRefused as error:
            raise ValidationError({error.field: [error.reason]}) from error
        return Response(found, status.HTTP_200_OK)
