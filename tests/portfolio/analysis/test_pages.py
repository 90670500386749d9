"""Pages of risk over a longer record, against forecasts recomputed with NumPy."""

import numpy as np
from django.urls import reverse


def test_the_chart_marks_the_sessions_that_lost_more_than_the_var_before_them(world, client):
    client.force_login(world.owner)
    answer = client.get(reverse("portfolio:risk-var", args=[world.portfolio.pk]))
    assert answer.status_code == 200
    rows = world.portfolio.performance.order_by("date").values_list("date", "daily_return")
    dates, earned = zip(*rows, strict=True)
    var = {at: -np.quantile(earned[at - 252 : at], 0.05) for at in range(252, len(earned))}
    _returns, limit, marked = answer.context["var_chart"]["data"]
    np.testing.assert_allclose(limit["y"], [-one for one in var.values()], atol=1e-4)
    assert marked["x"] == [str(dates[at]) for at, one in var.items() if earned[at] < -one]
    assert len(marked["x"]) > 0
