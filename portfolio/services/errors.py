"""What goes wrong in a way that a person can mend."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from factors.services.jobs import JobError
from market.regions import region_get
from portfolio.calc.accounting import Problem


class PortfolioError(JobError):
    """A request that cannot be met: ``field: reason``. ``problems``: every wrong row of a batch, none for other
    errors.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class PortfolioBusy(RuntimeError):
    """Its state does not allow it now."""


class PortfolioNotFound(LookupError):
    """It is not there, or somebody else's: an asker is not told which."""


def refusal(error: ValidationError | IntegrityError) -> PortfolioError:
    """The first thing that a model or a constraint of the database refuses."""
    if isinstance(error, IntegrityError):
        return PortfolioError(f"portfolio: {str(error).splitlines()[0]}")
    if not hasattr(error, "error_dict"):
        return PortfolioError(f"portfolio: {error.messages[0]}")
    field, messages = next(iter(error.message_dict.items()))
    return PortfolioError(f"{'portfolio' if field == '__all__' else field}: {messages[0]}")


def region_code(region: str) -> str:
    """The region's code; PortfolioError for an unknown one."""
    try:
        return region_get(region).code
    except ValueError as error:
        raise PortfolioError(f"region: {error}") from error
