"""Requests with a body that only read."""

from functools import cached_property

from market.api.parsers import ShallowJSONParser
from portfolio.api.base import OfPortfolio
from portfolio.models import Portfolio
from portfolio.services.access import portfolio_of


class ReadingPost(OfPortfolio):
    """A POST that stores nothing: who may see the portfolio may ask."""

    parser_classes = (ShallowJSONParser,)

    @cached_property
    def portfolio(self) -> Portfolio:
        return self.portfolio_to("view")

    def portfolio_to(self, action: str) -> Portfolio:
        """For whoever may view it, or change it."""
        return portfolio_of(user=self.request.user, portfolio_id=self.kwargs["pk"], action=action)
