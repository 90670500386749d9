"""What every address below ``/api/portfolios/{id}/`` shares: whose it is, and services' errors as answers."""

from functools import cached_property

from django.utils.text import Truncator
from rest_framework import exceptions, generics, status
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.response import Response

from market.api.filters import NO_FIELD
from portfolio.models import Portfolio
from portfolio.services.access import portfolio_of
from portfolio.services.errors import PortfolioBusy, PortfolioError, PortfolioNotFound

LONGEST = 1_000  # characters of a reason: it quotes what was given
LONGEST_NAME = 64


class Conflict(exceptions.APIException):
    """It cannot be done as things are now."""

    status_code = status.HTTP_409_CONFLICT


class Refusals:
    """400 with field and reason (and every wrong row of a batch), 404, 409."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, PortfolioNotFound):
            error = exceptions.NotFound(str(error))
        elif isinstance(error, PortfolioBusy):
            error = Conflict(str(error))
        elif isinstance(error, PortfolioError):
            error = refused(error)
        return super().handle_exception(error)  # type: ignore[misc] # of the view this is mixed into


def refused(error: PortfolioError) -> exceptions.ValidationError:
    """``target: sums to 99`` under ``target``; what names no field as non_field_errors."""
    name, found, reason = str(error).partition(": ")
    if not found or not name or len(name) > LONGEST_NAME or " " in name:
        name, reason = NO_FIELD, str(error)
    told = exceptions.ValidationError({name: [Truncator(reason).chars(LONGEST)]})
    if error.problems:  # not by the constructor, which makes text of numbers
        told.detail["rows"] = [{"row": one.row, "field": one.field, "reason": one.reason} for one in error.problems]
    return told


class OfPortfolio(Refusals, generics.GenericAPIView):
    """One portfolio: its owner's, and staff's by permission (to view it; to change it for all but reading). For
    everybody else it is not there.
    """

    permission_classes = (IsAuthenticated,)
    queryset = Portfolio.objects.all()

    @cached_property
    def portfolio(self) -> Portfolio:
        action = "view" if self.request.method in SAFE_METHODS else "change"
        return portfolio_of(user=self.request.user, portfolio_id=self.kwargs["pk"], action=action)
