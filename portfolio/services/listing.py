"""What lists of portfolios show beside their own columns."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Count, DateField, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import NullIf

from portfolio.models import Portfolio, PortfolioPerformanceHistory, PortfolioRiskMetrics

A_YEAR = dt.timedelta(days=366)
EVERY = 5  # sessions between the points of a line of a year


class YearBegins(Func):
    """The first day of its year."""

    template = "date_trunc('year', %(expressions)s)::date"
    output_field = DateField()


class YearBefore(Func):
    """The same day a year earlier, the last of February for the 29th."""

    template = "(%(expressions)s - interval '1 year')::date"
    output_field = DateField()


def with_newest(rows: QuerySet[Portfolio]) -> QuerySet[Portfolio]:
    """With ``newest_value`` and ``newest_twr`` (percent) of the newest daily row, None without one."""
    newest = PortfolioPerformanceHistory.objects.with_twr().filter(portfolio=OuterRef("pk")).order_by("-date")
    figures = {f"newest_{name}": Subquery(newest.values(name)[:1]) for name in ("value", "twr")}
    return rows.annotate(**figures)


def with_returns(rows: QuerySet[Portfolio]) -> QuerySet[Portfolio]:
    """``with_newest`` and, in percent, ``day_change`` of the newest session, ``twr_ytd`` and ``twr_1y`` (as
    ``period_returns`` has them: None behind a loss of everything) and ``drawdown``; ``open_alerts`` that nobody saw.
    """
    daily = PortfolioPerformanceHistory.objects.filter(portfolio=OuterRef("pk")).order_by("-date")
    risk = PortfolioRiskMetrics.objects.filter(portfolio=OuterRef("pk")).order_by("-date")
    begins = {
        "ytd": Q(date__lt=YearBegins(OuterRef("valued_to"))),
        "1y": Q(date__lte=YearBefore(OuterRef("valued_to"))),
    }
    before = {f"index_{name}": Subquery(daily.filter(day).values("twr_index")[:1]) for name, day in begins.items()}
    found = with_newest(rows).annotate(
        newest_index=Subquery(daily.values("twr_index")[:1]), day_change=Subquery(daily.values("daily_return")[:1]),
        drawdown=Subquery(risk.values("current_drawdown")[:1]),
        open_alerts=Count("alerts", filter=Q(alerts__seen_at=None)), **before,
    )  # fmt: skip
    return found.annotate(
        **{f"twr_{name}": ExpressionWrapper(100.0 * (F("newest_index") / NullIf(F(f"index_{name}"), 0.0) - 1.0),
                                            output_field=PortfolioPerformanceHistory._meta.get_field("value"))
           for name in begins}
    )  # fmt: skip


def lines_of_year(portfolios: Collection[Portfolio]) -> dict[int, list[float]]:
    """The index of returns over the last year of each, every fifth session and the last one."""
    known = {one.pk: one.valued_to for one in portfolios if one.valued_to is not None}
    if not known:
        return {}
    rows = PortfolioPerformanceHistory.objects.filter(portfolio__in=known, date__gt=min(known.values()) - A_YEAR)
    found: dict[int, list[float]] = defaultdict(list)
    for key, day, index in rows.order_by("portfolio_id", "date").values_list("portfolio_id", "date", "twr_index"):
        if index is not None and day > known[key] - A_YEAR:
            found[key].append(index)
    return {key: line[(len(line) - 1) % EVERY :: EVERY] for key, line in found.items()}
