"""Limits: told when they are passed, once, by e-mail where that is wanted."""

import pytest

from portfolio.models import Alert, AlertLimit
from portfolio.services.alerts import alert_limits_set, alerts_check
from portfolio.services.snapshots import portfolios_snapshot
from tests.portfolio.values.books import bars, day

approx = pytest.approx

pytestmark = pytest.mark.django_db
WEIGHT = AlertLimit.Kind.WEIGHT


def check(portfolio, on, figure):
    return alerts_check(portfolio=portfolio, on=day(on), figures={WEIGHT: figure})


def test_a_limit_is_told_when_passed_and_again_after_it_was_kept(month):
    alert_limits_set(portfolio=month, limits={"WEIGHT": {"limit": 30.0}})
    assert check(month, "2024-01-02", 30.0) == []  # on the limit is not above it
    (alert,) = check(month, "2024-01-10", 30.5)
    assert (alert.figure, alert.limit, alert.date) == (30.5, 30.0, day("2024-01-10"))
    assert alert.message == "month: greatest weight of an asset is 30.50 %, above 30 %"
    assert check(month, "2024-01-16", 31.0) == []
    assert AlertLimit.objects.get().above_since == day("2024-01-10")
    assert check(month, "2024-01-22", 29.0) == []
    assert AlertLimit.objects.get().above_since is None
    assert len(check(month, "2024-01-31", 40.0)) == 1


def test_an_unknown_figure_passes_nothing(month):
    alert_limits_set(portfolio=month, limits={"WEIGHT": {"limit": 0.0}, "VAR": {"limit": 0.0}})
    assert check(month, "2024-01-02", None) == []


def test_another_limit_is_told_anew(month):
    alert_limits_set(portfolio=month, limits={"WEIGHT": {"limit": 30.0}})
    check(month, "2024-01-10", 35.0)
    alert_limits_set(portfolio=month, limits={"WEIGHT": {"limit": 33.0}})
    assert len(check(month, "2024-01-16", 35.0)) == 1


def test_e_mail_to_the_owner(month, mailoutbox, django_capture_on_commit_callbacks):
    alert_limits_set(portfolio=month, limits={"WEIGHT": {"limit": 30.0, "by_email": True}})
    with django_capture_on_commit_callbacks(execute=True):
        check(month, "2024-01-10", 35.0)
    (mail,) = mailoutbox
    assert mail.to == ["anna@example.com"]
    assert mail.subject == "quantsite: month: greatest weight of an asset is 35.00 %, above 30 %"


def test_the_night_checks_the_newest_session(valued):
    # ACME 3,300, BERG 5,940 of 15,899: 37.4 %
    alert_limits_set(portfolio=valued, limits={"WEIGHT": {"limit": 37.0}, "DRAWDOWN": {"limit": 90.0}})
    portfolios_snapshot()
    alert = Alert.objects.get()
    assert (alert.kind, alert.date, alert.figure) == ("WEIGHT", day("2024-01-31"), approx(100 * 5940 / 15899))


def test_a_drawdown(valued):
    # ACME falls from 66 to 40: 50 x 26 of 15,899 is 8.18 %
    alert_limits_set(portfolio=valued, limits={"DRAWDOWN": {"limit": 8.0}})
    bars(valued.transactions.filter(instrument__ticker="ACME").first().instrument, {"2024-02-01": 40})
    portfolios_snapshot()
    alert = Alert.objects.get()
    assert (alert.kind, alert.figure) == ("DRAWDOWN", approx(100 * 1300 / 15899))
