"""What portfolios add to the apps below."""

from django.utils.translation import gettext_lazy as _

from market.pages.sections import Section, register_section
from portfolio.views.listing import home_portfolios


def fill() -> None:
    """The part of the first page with one's own portfolios."""
    register_section(
        Section("home", "portfolios", _("My portfolios"), "portfolio/home.html", home_portfolios, order=50)
    )
