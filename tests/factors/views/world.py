"""Twelve Korean stocks on two sessions, with figures that one can work out in one's head."""

import datetime as dt

import numpy as np
from django.contrib.auth.models import User
from django.test import Client

from factors.models import FactorRun, Strategy
from factors.services import strategy_save
from market.models import Instrument
from quantsite.accounts.roles import ANALYST, role_assign
from tests.factors.combining.scored_market import add_scores, add_stocks
from tests.factors.market_tables import sessions

COUNT = 12
BEFORE, DAY = sessions(2)
COUNTS = {
    "roe": {"valued": 12, "scored": 12},
    "beta": {"valued": 8, "scored": 8, "missing_field": 3, "stale_fundamentals": 1, "not_in_universe": 5},
}


def scored_market(count: int = COUNT) -> list[Instrument]:
    """Stock i has the roe i on both sessions, its score i / 2; beta 100 - i for those below eight, the score -i."""
    stocks = add_stocks(count)
    numbers = np.arange(count, dtype=float)
    beta = np.where(numbers < 8, 0.0 - numbers, np.nan)
    for factor, scores, values in (("roe", numbers / 2, numbers), ("beta", beta, 100.0 + beta)):
        add_scores(factor, [BEFORE, DAY], stocks, np.tile(scores, (2, 1)), np.tile(values, (2, 1)))
    for day in (BEFORE, DAY):
        FactorRun.objects.create(
            region="KR", date=day, state="DONE", universe_size=count, score_count=count + 8, counts=COUNTS
        )
    return stocks


def analyst(name: str = "ann") -> tuple[User, Client]:
    """One who may make strategies and combine, logged in."""
    user = User.objects.create_user(name, f"{name}@example.org", "not-used-here-1")
    role_assign(user=user, role=ANALYST)
    client = Client()
    client.force_login(user)
    return user, client


def strategy_of(owner: User | None, name: str = "mine", **more: object) -> Strategy:
    return strategy_save(**{"name": name, "region": "KR", "factors": ["roe", "beta"], "owner": owner, **more})


def htmx(target: str = "") -> dict[str, str]:
    """Headers of a question by htmx."""
    return {"HX-Request": "true", "HX-Target": target}


def day_text(day: dt.date) -> str:
    return day.strftime("%b %-d, %Y")
