"""The common base of every list of the API."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework import generics
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request

from market.api.csv import CsvRenderer, csv_response
from market.api.filters import QueryParams
from market.models import Instrument


class Negotiation(DefaultContentNegotiation):
    """An unknown ``?format=`` is the asker's mistake (400), not a missing page."""

    def filter_renderers(self, renderers: list[BaseRenderer], format: str) -> list[BaseRenderer]:
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found:
            known = ", ".join(renderer.format for renderer in renderers)
            raise ValidationError({"format": [f"unknown format {format!r}: use one of {known}"]})
        return found


class ListView(generics.ListAPIView):
    """Checks ``params``, asks ``get_queryset`` for the rows, shows them as pages of JSON or all of them as CSV."""

    params: type[QueryParams] = QueryParams
    renderer_classes = (JSONRenderer, BrowsableAPIRenderer, CsvRenderer)
    content_negotiation_class = Negotiation

    def asked(self) -> dict[str, Any]:
        return self.params.read(self.request)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.accepted_renderer.format == CsvRenderer.format:
            name = f"{request.path.strip('/').split('/')[-1]}.csv"
            return csv_response(self.get_queryset(), self.get_serializer(), name)
        return super().list(request, *args, **kwargs)


def instrument_or_404(region: str, ticker: str) -> Instrument:
    found = Instrument.objects.at(region, ticker)
    if found is None:
        raise NotFound(f"no instrument {ticker!r} in region {region}")
    return found
