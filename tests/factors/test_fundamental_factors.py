"""Value, quality and growth: worked out by hand from FORMULAS.md sections 2, 3 and 9. As-of date 2024-06-28."""

import numpy as np
import pytest

from tests.factors.market_builder import codes, cross, make_panel, values

approx = pytest.approx

NAN = np.nan
TEN = np.full((2, 1), 10.0)  # two bars at 10


def year(end: str = "2023-12-31", **figures: float) -> dict:
    """A fiscal year's report, known 45 days after its end."""
    return {"end": end, "period": "FY", **figures}


def quarters(name: str, figures: list[float], last: str = "2024-03-31", **more: list[float]) -> list[dict]:
    """Quarterly reports of ``figures``, the last one ending on ``last``."""
    final = np.datetime64(last, "M")
    rows = []
    for back, figure in enumerate(reversed(figures)):
        end = (final - 3 * back + 1).astype("datetime64[D]") - 1
        extra = {key: list(reversed(series))[back] for key, series in more.items()}
        rows.append({"end": str(end), "period": "Q", name: figure, **extra})
    return rows[::-1]


def one(name: str, *reports: dict, close: float = 10.0, **options: object) -> float:
    return values(make_panel(np.full((2, 1), close), reports=reports, **options), name)[0]


def why(name: str, *reports: dict, **options: object) -> str:
    return codes(make_panel(TEN, reports=reports, **options), name)[0]


# --- value --------------------------------------------------------------------------------------------------------


def test_pe_is_market_cap_over_net_income():
    assert one("pe_ratio", year(net_income=250.0), shares=[300.0]) == approx(12.0)  # 3000 / 250
    assert one("pe_ratio", year(net_income=250.0), market_cap=[5000.0], shares=[300.0]) == approx(20.0)


def test_pe_signal_is_the_earnings_yield():
    reports = [{"i": i, **year(net_income=100.0 + i)} for i in range(12)]
    found = cross(make_panel(np.full((2, 12), 10.0), reports=reports, shares=[100.0] * 12), "pe_ratio")
    signal = (100.0 + np.arange(12)) / 1000.0
    assert found.score == approx((signal - signal.mean()) / signal.std(ddof=1))


@pytest.mark.parametrize("income", [0.0, -5.0])
def test_pe_needs_a_profit_and_a_loss_is_not_rescued_by_eps(income):
    loss = year(net_income=income, eps_basic=2.0)
    assert np.isnan(one("pe_ratio", loss, shares=[300.0]))
    assert why("pe_ratio", loss, shares=[300.0]) == "non_positive_denominator"


def test_pe_falls_back_to_eps_where_market_cap_or_net_income_is_missing():
    assert one("pe_ratio", year(net_income=250.0, eps_basic=4.0)) == approx(2.5)  # no share count, 10 / 4
    assert one("pe_ratio", year(eps_basic=4.0), shares=[300.0]) == approx(2.5)  # no net income
    assert why("pe_ratio", year(eps_basic=-4.0), shares=[300.0]) == "non_positive_denominator"
    assert why("pe_ratio", year(revenue=1.0)) == "missing_field"


def test_pe_falls_back_to_fresh_eps_where_net_income_is_stale():
    old = year("2022-12-20", net_income=250.0)  # 556 days before the as-of date
    assert why("pe_ratio", old, shares=[300.0]) == "stale_fundamentals"
    assert one("pe_ratio", old, year("2023-12-31", eps_basic=4.0), shares=[300.0]) == approx(2.5)


def test_pe_of_an_adjusted_close_is_unknown_by_either_way():
    report = year(net_income=250.0, eps_basic=4.0)
    assert np.isnan(one("pe_ratio", report, shares=[300.0], market_cap=[3000.0], is_adjusted=[True]))
    assert why("pe_ratio", report, shares=[300.0], is_adjusted=[True]) == "missing_field"


def test_pb_and_its_fallback():
    assert one("pb_ratio", year(total_equity=1500.0), shares=[300.0]) == approx(2.0)
    assert one("pb_ratio", year(book_value_per_share=8.0), shares=[300.0]) == approx(1.25)
    assert (
        why("pb_ratio", year(total_equity=0.0, book_value_per_share=8.0), shares=[300.0]) == "non_positive_denominator"
    )
    assert why("pb_ratio", year(book_value_per_share=-8.0)) == "non_positive_denominator"


def test_per_share_figures_reported_before_a_split_are_divided_by_it():
    report = year(eps_basic=4.0, book_value_per_share=8.0, dividends_per_share=1.0)  # known on 2024-02-14
    options = {"splits": [(0, "2024-06-03", 2.0)]}
    assert one("pe_ratio", report, **options) == approx(5.0)  # 10 / (4 / 2)
    assert one("pb_ratio", report, **options) == approx(2.5)
    assert one("dividend_yield", report, **options) == approx(5.0)
    for ex_date in ("2024-02-14", "2024-06-29"):  # already in the report; or after the as-of date
        assert one("pe_ratio", report, splits=[(0, ex_date, 2.0)]) == approx(2.5)


def test_company_ratios_use_the_market_value_of_all_its_lines():
    # Two lines of one company: 10 x 300 and 20 x 100 make 5000; a third line is a company of its own.
    reports = [{"i": i, **year(net_income=250.0, total_equity=1000.0)} for i in range(3)]
    close = np.array([[10.0, 20.0, 10.0]] * 2)
    panel = make_panel(close, reports=reports, shares=[300.0, 100.0, 300.0], company=[7, 7, 1])
    assert values(panel, "pe_ratio") == approx([20.0, 20.0, 12.0])
    assert values(panel, "pb_ratio") == approx([5.0, 5.0, 3.0])
    assert values(panel, "market_cap") == approx([3000.0, 2000.0, 3000.0])  # size is that of the line


def test_a_company_with_a_line_of_unknown_value_has_no_market_value():
    reports = [{"i": i, **year(net_income=250.0, eps_basic=4.0)} for i in range(2)]
    panel = make_panel(np.full((2, 2), 10.0), reports=reports, shares=[300.0, NAN], company=[0, 0])
    assert values(panel, "pe_ratio") == approx([2.5, 2.5])  # half the company's value would be a wrong P/E: by EPS
    assert codes(panel, "fcf_yield") == ["missing_field"] * 2


def test_a_line_that_did_not_trade_lately_still_counts_in_its_company_but_a_dead_one_does_not():
    reports = [{"i": i, **year(net_income=250.0)} for i in range(3)]
    panel = make_panel(
        np.full((2, 3), 10.0), reports=reports, shares=[300.0, 100.0, 500.0], company=[0, 0, 0],
        in_universe=[True, False, False], is_quoted=[True, True, False],
    )  # fmt: skip
    assert values(panel, "pe_ratio")[0] == approx(16.0)  # (3000 + 1000) / 250
    assert codes(panel, "pe_ratio")[1:] == ["not_in_universe"] * 2


def test_ev_to_ebitda():
    report = year(ebitda=400.0, total_debt=900.0, cash=300.0)
    assert one("ev_to_ebitda", report, shares=[300.0]) == approx(9.0)  # (3000 + 900 - 300) / 400
    assert why("ev_to_ebitda", year(ebitda=-1.0, total_debt=0, cash=0), shares=[300.0]) == "non_positive_denominator"
    assert (
        why("ev_to_ebitda", year(ebitda=400.0, total_debt=0, cash=3000.0), shares=[300.0]) == "non_positive_denominator"
    )
    assert why("ev_to_ebitda", year(ebitda=400.0, total_debt=0), shares=[300.0]) == "missing_field"


def test_dividend_yield():
    assert one("dividend_yield", year(dividends_per_share=0.45)) == approx(4.5)
    assert one("dividend_yield", year(dividends_per_share=0.0)) == 0.0
    assert why("dividend_yield", year(dividends_per_share=0.45), is_adjusted=[True]) == "missing_field"


def test_fcf_yield_may_be_negative():
    report = year(operating_cash_flow=100.0, capital_expenditure=160.0)
    assert one("fcf_yield", report, shares=[300.0]) == approx(-2.0)  # 100 x (100 - 160) / 3000
    assert why("fcf_yield", report) == "missing_field"


# --- quality ------------------------------------------------------------------------------------------------------

QUALITY = year(
    net_income=120.0, operating_income=200.0, operating_cash_flow=180.0, revenue=1000.0, total_assets=2400.0,
    total_equity=800.0, total_debt=600.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("roe", 15.0),  # 120 / 800
        ("roa", 5.0),  # 120 / 2400
        ("profit_margin", 12.0),  # 120 / 1000
        ("operating_profitability", 25.0),  # 200 / 800
        ("debt_to_equity", 0.75),  # 600 / 800
        ("earnings_quality", -2.5),  # (120 - 180) / 2400
        ("cash_flow_quality", 1.5),  # 180 / 120
    ],
)
def test_quality_ratios(name, expected):
    assert one(name, QUALITY) == approx(expected)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("roe", "total_equity"),
        ("debt_to_equity", "total_equity"),
        ("operating_profitability", "total_equity"),
        ("cash_flow_quality", "net_income"),
        ("roa", "total_assets"),
        ("earnings_quality", "total_assets"),
    ],
)
@pytest.mark.parametrize("figure", [0.0, -1.0, 1e-13])
def test_quality_denominators_must_be_positive(name, field, figure):
    assert why(name, {**QUALITY, field: figure}) == "non_positive_denominator"
    assert why(name, {**QUALITY, field: NAN}) == "missing_field"


def test_revenue_that_is_not_positive_counts_as_missing():
    assert why("profit_margin", {**QUALITY, "revenue": 0.0}) == "missing_field"
    assert why("profit_margin", {**QUALITY, "revenue": -10.0}) == "missing_field"


@pytest.mark.parametrize(
    ("name", "sign"), [("debt_to_equity", -1), ("earnings_quality", -1), ("roe", 1), ("asset_growth", -1)]
)
def test_direction_of_the_signal(name, sign):
    reports = []
    for i in range(12):
        reports.append(
            {"i": i, **QUALITY, "total_debt": 100.0 * i, "net_income": 10.0 * (i + 1), "total_assets": 100.0 * (i + 1)}
        )
        reports.append({"i": i, **year("2022-12-31", total_assets=100.0)})
    found = cross(make_panel(np.full((2, 12), 10.0), reports=reports), name)
    rises = np.diff(found.value) > 0
    assert (np.sign(np.diff(found.score)) == np.where(rises, sign, -sign)).all()


def test_margin_stability_by_hand():
    # margins 10, 20, 30, 40 percent: std = sqrt((225 + 25 + 25 + 225) / 3)
    rows = quarters("net_income", [10.0, 20.0, 30.0, 40.0], revenue=[100.0] * 4)
    assert one("margin_stability", *rows) == approx(np.sqrt(500 / 3))


def test_margin_stability_uses_the_eight_newest_and_at_least_four():
    nine = quarters("net_income", [9999.0] + [10.0, 20.0] * 4, revenue=[100.0] * 9)
    assert one("margin_stability", *nine) == approx(np.sqrt(8 * 25 / 7))
    three = quarters("net_income", [10.0, 20.0, 30.0], revenue=[100.0] * 3)
    assert why("margin_stability", *three) == "insufficient_history"
    assert why("margin_stability", year(net_income=1.0)) == "missing_field"


def test_margin_stability_derives_the_fourth_quarter():
    # Q1-Q3 margins 10, 20, 30; FY income 100, revenue 400: Q4 = 100 - 60 = 40 over 100
    rows = quarters("net_income", [10.0, 20.0, 30.0], last="2023-09-30", revenue=[100.0] * 3)
    assert one("margin_stability", *rows, year(net_income=100.0, revenue=400.0)) == approx(np.sqrt(500 / 3))


def test_margin_stability_skips_a_quarter_without_revenue_and_expires():
    rows = quarters("net_income", [10.0, 20.0, 7.0, 30.0, 40.0], revenue=[100.0, 100.0, 0.0, 100.0, 100.0])
    assert one("margin_stability", *rows) == approx(np.sqrt(500 / 3))
    old = quarters("net_income", [10.0, 20.0, 30.0, 40.0], last="2022-12-31", revenue=[100.0] * 4)  # 545 days
    assert one("margin_stability", *old) == approx(np.sqrt(500 / 3))
    older = quarters("net_income", [10.0, 20.0, 30.0, 40.0], last="2022-09-30", revenue=[100.0] * 4)
    assert why("margin_stability", *older) == "stale_fundamentals"
    newer_without = {"end": "2024-03-31", "period": "Q", "total_assets": 5.0}
    assert why("margin_stability", *older, newer_without) == "stale_fundamentals"  # its own period end counts


# --- growth -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "field"),
    [("revenue_growth", "revenue"), ("earnings_growth", "net_income"), ("asset_growth", "total_assets")],
)
def test_growth_over_a_year(name, field):
    assert one(name, year(**{field: 150.0}), year("2022-12-31", **{field: 120.0})) == approx(25.0)
    assert why(name, year(**{field: 150.0})) == "missing_field"
    assert why(name, year("2022-12-20", **{field: 150.0}), year("2021-12-20", **{field: 1.0})) == "stale_fundamentals"


def test_growth_needs_a_positive_base():
    assert one("earnings_growth", year(net_income=-50.0), year("2022-12-31", net_income=100.0)) == approx(-150.0)
    for base in (0.0, -10.0):
        assert (
            why("earnings_growth", year(net_income=5.0), year("2022-12-31", net_income=base))
            == "non_positive_denominator"
        )
    assert (
        why("asset_growth", year(total_assets=5.0), year("2022-12-31", total_assets=0.0)) == "non_positive_denominator"
    )
    assert why("revenue_growth", year(revenue=5.0), year("2022-12-31", revenue=0.0)) == "missing_field"


def test_growth_of_trailing_quarters():
    # TTM to 2024-03: 5+6+7+8 = 26; to 2023-03: 1+2+3+4 = 10; growth 160 %
    rows = quarters("revenue", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert one("revenue_growth", *rows) == approx(160.0)


# --- earnings surprise --------------------------------------------------------------------------------------------


def test_earnings_momentum_by_hand():
    # EPS 1,1,1,1 then 2,1,3,2: seasonal differences 1, 0, 2, 1: mean 1, std sqrt(2/3); newest 1
    rows = quarters("eps_basic", [1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 2.0])
    assert one("earnings_momentum", *rows) == approx(1.0 / np.sqrt(2 / 3))
    assert why("earnings_momentum", *rows[1:]) == "insufficient_history"  # three differences


def test_earnings_momentum_uses_the_last_eight_differences():
    base = [1.0] * 4
    yearly_steps = [9.0, 9.0, 9.0, 9.0]  # differences of 8, too old to count
    then = [10.0, 9.0, 11.0, 10.0]  # 1, 0, 2, 1
    last = [11.0, 9.0, 13.0, 11.0]  # 1, 0, 2, 1
    rows = quarters("eps_basic", base + yearly_steps + then + last)
    assert one("earnings_momentum", *rows) == approx(1.0 / np.sqrt(4 / 7))  # 8 differences: sum of squares 4


def test_earnings_momentum_prefers_diluted_eps_and_derives_the_fourth_quarter():
    rows = []
    for y, (one_q, total) in {2022: (1.0, 4.0), 2023: (2.0, 10.0)}.items():
        rows += quarters("eps_diluted", [one_q] * 3, last=f"{y}-09-30", eps_basic=[99.0] * 3)
        rows.append(year(f"{y}-12-31", eps_diluted=total, eps_basic=99.0))
    # Q4: 2022 1, 2023 4. differences 1, 1, 1, 3: mean 1.5, std 1; newest 3
    assert one("earnings_momentum", *rows) == approx(3.0)


def test_earnings_momentum_without_variation():
    rows = quarters("eps_basic", [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7])  # every difference 0.4, up to rounding
    assert why("earnings_momentum", *rows) == "non_positive_denominator"


def test_earnings_momentum_needs_the_newest_period_end():
    rows = quarters("eps_basic", [1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 2.0], last="2023-12-31")
    assert np.isfinite(one("earnings_momentum", *rows))
    newer = {"end": "2024-03-31", "period": "Q", "revenue": 5.0}
    assert why("earnings_momentum", *rows, newer) == "missing_field"


def test_earnings_momentum_expires():
    rows = quarters("eps_basic", [1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 2.0], last="2022-09-30")
    assert why("earnings_momentum", *rows) == "stale_fundamentals"
    assert why("earnings_momentum", year(revenue=1.0)) == "missing_field"


def test_earnings_momentum_is_not_moved_by_a_split():
    rows = quarters("eps_basic", [1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 2.0])
    halved = [{**row, "eps_basic": row["eps_basic"] / (2 if row["end"] > "2023-06-30" else 1)} for row in rows]
    split = one("earnings_momentum", *halved, splits=[(0, "2023-09-01", 2.0)])
    assert split == approx(1.0 / np.sqrt(2 / 3))
