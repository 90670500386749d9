"""What lists of portfolios show beside their own columns."""

from django.db.models import OuterRef, QuerySet, Subquery

from portfolio.models import Portfolio, PortfolioPerformanceHistory


def with_newest(rows: QuerySet[Portfolio]) -> QuerySet[Portfolio]:
    """With ``newest_value`` and ``newest_twr`` (percent) of the newest daily row, None without one."""
    newest = PortfolioPerformanceHistory.objects.with_twr().filter(portfolio=OuterRef("pk")).order_by("-date")
    figures = {f"newest_{name}": Subquery(newest.values(name)[:1]) for name in ("value", "twr")}
    return rows.annotate(**figures)
