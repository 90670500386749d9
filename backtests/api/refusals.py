"""Services' errors as answers."""

from django.utils.text import Truncator
from rest_framework import exceptions, status
from rest_framework.response import Response

from backtests.services import BacktestBusy, BacktestError
from market.api.filters import NO_FIELD

LONGEST = 1_000  # characters of a reason: it quotes what was given, which may be millions
LONGEST_NAME = 64


class Conflict(exceptions.APIException):
    """It cannot be done as things are now."""

    status_code = status.HTTP_409_CONFLICT


class Refusals:
    """400 with field and reason, 409 for what another state of the backtest would allow."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, BacktestBusy):
            error = Conflict(str(error))
        elif isinstance(error, BacktestError):
            error = refused(error)
        return super().handle_exception(error)  # type: ignore[misc] # of the view this is mixed into


def refused(error: BacktestError) -> exceptions.ValidationError:
    """``start: is after end`` under ``start``; what names no field as non_field_errors."""
    name, found, reason = str(error).partition(": ")
    if not found or not name or len(name) > LONGEST_NAME:
        name, reason = NO_FIELD, str(error)
    return exceptions.ValidationError({name: [Truncator(reason).chars(LONGEST)]})
