"""Whose portfolio it is: the one place that every door asks."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioNotFound


def portfolio_of(*, user: AbstractBaseUser | AnonymousUser, portfolio_id: int, action: str = "view") -> Portfolio:
    """The portfolio, for its owner and for staff with the permission to ``action`` (view, change, delete);
    PortfolioNotFound for everybody else, as if it were not there.
    """
    found = Portfolio.objects.visible_to(user, action).filter(pk=portfolio_id).select_related("owner").first()
    if found is None:
        raise PortfolioNotFound(f"no portfolio #{portfolio_id}")
    return found
