"""One computation of a portfolio waits at a time, and nobody reads the whole queue to know it."""

import datetime as dt

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from portfolio.models import Portfolio
from portfolio.services.portfolios import portfolio_create
from portfolio.services.queueing import TASK, valuation_enqueue, valuations_recover
from portfolio.tasks import value_portfolio

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(django_capture_on_commit_callbacks):
    def ask(portfolio):
        with django_capture_on_commit_callbacks(execute=True):
            valuation_enqueue(portfolio=portfolio)

    return ask


def waiting() -> list[int]:
    return [row.task["args"][0] for row in OrmQ.objects.order_by("id") if row.task["func"] == TASK]


def test_each_portfolio_waits_once(book, other, ask):
    second = portfolio_create(owner=other, name="second", base_currency="USD")
    for portfolio in (book, second, book, second):
        ask(portfolio)
    assert waiting() == [book.pk, second.pk]


def test_what_changes_while_a_worker_computes_asks_again(book, ask):
    ask(book)
    assert value_portfolio(book.pk) == ""
    ask(book)
    ask(book)
    assert waiting() == [book.pk, book.pk]


def test_a_queue_that_was_emptied_is_filled_again(book, ask):
    ask(book)
    OrmQ.objects.all().delete()
    ask(book)
    assert waiting() == []
    Portfolio.objects.update(valuation_asked_at=timezone.now() - dt.timedelta(hours=2))
    ask(book)
    assert waiting() == [book.pk]


def test_asking_takes_the_same_queries_whatever_waits(book, owner, ask, django_assert_num_queries):
    for number in range(5):
        ask(portfolio_create(owner=owner, name=f"p{number}", base_currency="USD"))
    with django_assert_num_queries(2):  # the mark, and the task
        ask(book)


def test_a_mark_without_a_task_is_asked_for_anew(book, ask):
    ask(book)
    Portfolio.objects.update(valuation_asked_at=timezone.now() - dt.timedelta(minutes=3))
    assert valuations_recover() == 0  # it waits
    OrmQ.objects.all().delete()
    assert (valuations_recover(), waiting()) == (1, [book.pk])
