"""The report of one backtest against the data it was made from."""

import copy

import pytest
from plotly.offline import get_plotlyjs

from backtests.report import session_report
from backtests.report.configuration import flat
from backtests.report.session_charts import turnover
from backtests.report.trade_charts import profit_rates
from tests.backtests.report.page import checked
from tests.backtests.report.results import FINDINGS, result, run

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
CHAPTERS = ["findings", "performance", "calendar", "exposure", "trades", "holdings", "statistics", "configuration"]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'&amp; {{ 7 }}"


@pytest.fixture(scope="module")
def done():
    return result()


@pytest.fixture(scope="module")
def page(done):
    return checked(session_report(done))


def number(text):
    """A figure as it is printed, read back."""
    return float(text.replace("−", "-").replace("\u00a0%", "").replace("\u00a0pp", "").replace(",", ""))


def test_every_chapter_is_there(page):
    assert [name for name in page.ids if name in CHAPTERS] == CHAPTERS
    for title in (
        "Returns by month", "Years", "Months", "Deepest drawdowns", "Reasons of the sales", "Best names", "Worst names",
        "Contribution of the buy conditions", "Trades; the buttons in the head sort", "Holdings at the end", "Return",
        "Reward for risk", "Risk", "Value at risk", "Closed trades", "Account and costs", "Corporate actions",
    ):  # fmt: skip
        assert page.tables[title]["rows"], title
    for names in (
        ("Value and quality", "KOSPI"), ("Sharpe ratio",), ("stocks", "cash"), ("names held",), ("turnover",),
        ("FACTOR", "STOP_LOSS", "TAKE_PROFIT"),
    ):  # fmt: skip
        assert [one for one in page.figures.values() if tuple(t["name"] for t in one["data"]) == names], names


def test_the_head_tells_name_period_and_key_figures(page, done):
    of = done["statistics"]
    for text in (
        "Backtest · KR · #7 · completed", "2019-11-25 to 2021-11-19, 520 sessions",
        "100,000,000 KRW, at the close of 2019-11-21", "all stocks of KR", f"{of['sharpe_ratio']:.2f}",
        f"+{of['total_return']:.2f} %", f"{of['max_drawdown']:.2f} %", f"{of['total_costs']:,.0f}", "against KOSPI",
        f"of {of['sells']} closed trades",
    ):  # fmt: skip
        assert text in page.words, text


def test_every_number_of_the_heat_map_is_that_of_the_data(page, done):
    shown = page.tables["Returns by month"]
    assert shown["head"] == ["", *MONTHS, "year"]
    found = {
        f"{row[0]}-{place:02d}": number(text)
        for row in shown["rows"] for place, text in enumerate(row[1:13], 1) if text
    }  # fmt: skip
    assert found == {row["period"]: pytest.approx(row["return"], abs=0.0501) for row in done["monthly"]}
    years = {row[0]: number(row[13]) for row in shown["rows"]}
    assert years == {row["period"]: pytest.approx(row["return"], abs=0.0501) for row in done["yearly"]}
    exact = {
        f"{row[0]}-{place:02d}": float(cell["data-value"])
        for row, cells in zip(shown["rows"], shown["cells"], strict=True)
        for place, cell in enumerate(cells[1:13], 1) if "data-value" in cell
    }  # fmt: skip
    assert exact == {row["period"]: row["return"] for row in done["monthly"]}


def test_the_heat_is_deepest_where_most_was_won_or_lost(page, done):
    shown = page.tables["Returns by month"]
    cells = [cell for row in shown["cells"] for cell in row if "data-value" in cell]
    by_size = sorted(cells, key=lambda cell: abs(float(cell["data-value"])))
    heats = [float(cell["style"].removeprefix("--heat:")) for cell in by_size]
    assert heats == sorted(heats)
    assert heats[-1] == 1.0
    for cell in cells:
        assert ("heat-up" in cell["class"]) == (float(cell["data-value"]) >= 0)


def test_charts_hold_the_series(page, done):
    series = done["series"]
    equity = page.figures["chart-0"]
    assert [trace["y"] for trace in equity["data"]] == [series["value"], series["benchmark"]]
    assert equity["states"]["logarithmic"]["layout"]["yaxis"]["type"] == "log"
    assert [t["y"] for t in page.figures["chart-1"]["data"]] == [series["drawdown"], series["benchmark_drawdown"]]
    stocks, cash = page.figure("stocks", "cash")["data"]
    assert [a + b for a, b in zip(stocks["y"], cash["y"], strict=True)] == pytest.approx([100.0] * 521)
    assert cash["y"][100] == pytest.approx(100 * series["cash"][100] / series["value"][100], abs=1e-6)
    sold = sum(len(trace["x"]) for trace in page.figure("FACTOR", "STOP_LOSS", "TAKE_PROFIT")["data"])
    assert sold == done["statistics"]["sells"]


def test_turnover_is_summed_by_month():
    series = {"dates": ["2024-01-30", "2024-01-31", "2024-02-01"], "turnover": [1.5, 2.25, 4.0]}
    (trace,) = turnover(series)["data"]
    assert (trace["x"], trace["y"]) == (["2024-01", "2024-02"], [3.75, 4.0])


def test_the_first_500_trades_are_shown_and_the_rest_is_told(page, done):
    shown = page.tables["Trades; the buttons in the head sort"]
    assert len(done["trades"]) > 500
    assert len(shown["rows"]) == 500
    assert f"The first 500 of {len(done['trades'])} rows" in page.words
    assert page.column("Trades; the buttons in the head sort", "ticker") == [t["ticker"] for t in done["trades"][:500]]
    first_sale = next(place for place, one in enumerate(done["trades"]) if one["side"] == "SELL")
    bought, sold = shown["rows"][0], shown["rows"][first_sale]
    trade = done["trades"][first_sale]
    assert bought[13:16] == ["–", "–", "–"]
    assert sold[9] == f"{trade['amount']:,.0f}"
    assert number(sold[14]) == pytest.approx(trade["profit_rate"], abs=0.005)
    assert "roe" in sold[17]
    assert "(percentile 71)" in sold[17]


def test_findings_stand_before_the_figures_most_serious_first_with_their_word(done):
    html = session_report(done)
    places = [html.index(text) for text in ("▲ serious", "● warning", "○ note", 'id="performance"')]
    assert places == sorted(places)
    assert all(one["message"] in html for one in FINDINGS)
    strange = result(run(sessions=30), findings=[FINDINGS[0], FINDINGS[1] | {"severity": "FATAL"}])
    html = session_report(strange)
    assert html.index("FATAL") < html.index("○ note")


def test_every_statistic_has_its_unit_and_its_meaning(page, done):
    groups = ("Return", "Reward for risk", "Risk", "Value at risk", "Closed trades", "Account and costs")
    rows = [(row, cells) for name in groups for row, cells in zip(
        page.tables[name]["rows"], page.tables[name]["cells"], strict=True,
    )]  # fmt: skip
    assert len(rows) == len(done["statistics"])
    assert [row[0] for row, cells in rows if not cells[0].get("title")] == []
    found = {row[0]: (row[1], row[2]) for row, _ in rows}
    assert found["VaR 95 % 1 day Cornish-Fisher"][1] == "%"
    assert found["total costs"] == (f"{done['statistics']['total_costs']:,.0f}", "KRW")
    assert found["drawdown duration"] == (f"{done['statistics']['drawdown_duration']:.0f}", "sessions")


def test_every_rule_as_set(page):
    for text in (
        "pe_ratio value < 15", "FACTOR pe_ratio value > 25", "max positions 12", "costs · commission 0.015",
        "kind STOP_LOSS, threshold 12; kind TAKE_PROFIT, threshold 25", "initial capital 100,000,000", "volume cap –",
        "simulate 0.020 s",
    ):  # fmt: skip
        assert text in page.words, text


def test_contribution_and_reasons(page, done):
    title = "Contribution of the buy conditions"
    assert page.column(title, "rank") == ["1", "2"]
    assert page.column(title, "return without") == ["+4.25\u00a0%", "–"]
    change = done["statistics"]["total_return"] - 4.25
    assert number(page.column(title, "change of return")[0]) == pytest.approx(change, abs=0.005)
    why, condition = (page.column("Reasons of the sales", head) for head in ("why sold", "condition"))
    conditions = dict(zip(why, condition, strict=True))
    assert conditions["STOP_LOSS"] == "STOP_LOSS 12"
    assert conditions["FACTOR"] == "FACTOR pe_ratio value > 25"


def test_the_contribution_adds_up(page, done):
    title = "Contribution of the buy conditions"
    of = done["statistics"]
    assert "contribution score" not in page.tables[title]["head"]
    buys, sales, wins = (int(page.column(title, head)[0].replace(",", "")) for head in ("buys", "sales", "wins"))
    assert (buys + sales, sales, wins) == (of["trades"], of["sells"], of["wins"])
    assert number(page.column(title, "win rate of sales")[0]) == pytest.approx(100 * wins / sales, abs=0.05)


def test_names_stand_where_there_are_some(done):
    nameless = copy.deepcopy(done)
    for row in (*nameless["trades"], *nameless["holdings"]):
        row["name"] = ""
    page = checked(session_report(nameless))
    trades = page.tables["Trades; the buttons in the head sort"]
    assert trades["head"][:4] == ["ticker", "#", "side", "date"]
    assert {len(row) for row in trades["rows"]} == {17}
    side, reason, ticker = (trades["cells"][0][trades["head"].index(name)] for name in ("side", "reason", "ticker"))
    assert ("words" in side["class"], "words" in reason["class"], "class" in ticker) == (True, True, False)
    assert "name" not in page.tables["Holdings at the end"]["head"]
    assert "name" in page.tables["Best names"]["head"]


@pytest.mark.parametrize(("months", "ticks"), [
    (6, None), (24, ["2016", "2016-07", "2017", "2017-07"]), (72, ["2016", "2017", "2018", "2019", "2020", "2021"]),
])  # fmt: skip
def test_turnover_is_told_by_half_years_or_years(months, ticks):
    dates = [f"{2016 + month // 12}-{month % 12 + 1:02d}-15" for month in range(months)]
    axis = turnover({"dates": dates, "turnover": [1.0] * months})["layout"]["xaxis"]
    assert axis.get("ticktext") == ticks
    assert [tick.removesuffix("-01") for tick in axis.get("tickvals", [])] == (ticks or [])


def test_a_bar_that_is_neither_gain_nor_loss_is_told():
    spread = {"edges": [-10.0, -4.0, 2.0, 8.0], "counts": [1, 2, 3]}
    assert "grey: small ones of either" in profit_rates(spread)["note"]
    assert "grey" not in profit_rates(spread | {"edges": [-8.0, -4.0, 0.0, 8.0]})["note"]


def test_conditions_are_told_as_people_read_them():
    rows = flat({
        "buy_conditions": [
            {"factor": "roe", "field": "value", "operator": ">", "value": 10.0},
            {"factor": "beta", "field": "score", "operator": "between", "value": [0.5, 1.5]},
            {"factor": "size", "field": "rank", "operator": "top", "value": 30.0},
        ],
        "sell_conditions": [
            {"type": "STOP_LOSS", "value": 12.5}, {"type": "HOLD_DAYS", "value": 60.0},
            {"type": "FACTOR", "factor": "roe", "field": "percentile", "operator": "<", "value": 5.0},
        ],
        "universe": {"conditions": [{"factor": "liquidity", "value": 2e7}]},
        "neutralise": ["sector", "size"],
    })  # fmt: skip
    assert rows == {
        "buy conditions": "roe value > 10; beta score between 0.5 and 1.5; size top 30",
        "sell conditions": "STOP_LOSS 12.5 %; HOLD_DAYS 60 days; FACTOR roe percentile < 5",
        "universe · conditions": "liquidity value >= 2e+07", "neutralise": "sector, size",
    }  # fmt: skip


def test_one_session_without_anything():
    nothing = result(run(sessions=1, benchmark=False, candidates=False), findings=[])
    page = checked(session_report(nothing))
    for text in (
        "found nothing that speaks against", "Nothing was traded", "Nothing was held at the end",
        "all of the value was cash", "benchmark none", "The simulation gave 1 warning", "1 session",
    ):  # fmt: skip
        assert text in page.words, text
    assert len(page.figures) == 1
    assert "states" not in page.figures["chart-0"]  # a flat line needs no logarithm
    assert page.figures["chart-0"]["layout"]["yaxis"]["range"] == pytest.approx([9e7, 1.1e8])
    assert "against" not in page.words.split("Findings")[0]


def test_few_sessions_have_no_rolling_sharpe_ratio():
    page = checked(session_report(result(run(sessions=40), findings=[])))
    assert "it needs 126 returns that vary, here are 40 returns" in page.words
    assert not [one for one in page.figures.values() if one["data"][0]["name"] == "Sharpe ratio"]


def test_a_failed_session_tells_why():
    failed = result(run(sessions=1, benchmark=False, candidates=False), findings=[]) | {
        "status": "FAILED", "message": "no prices of KR", "statistics": {}, "monthly": [], "yearly": [], "config": {},
        "drawdowns": [], "holdings": [], "trades": [], "warnings": [], "timings": {},
    }  # fmt: skip
    failed["series"] = {name: [] for name in failed["series"]} | {"benchmark": None, "benchmark_drawdown": None}
    page = checked(session_report(failed))
    assert "Failed: no prices of KR" in page.words
    assert "There is no session" in page.words
    assert page.figures == {}


def test_a_total_loss_has_no_logarithm(done):
    lost = copy.deepcopy(done)
    lost["series"]["value"][-1] = lost["series"]["cash"][-1] = 0.0
    page = checked(session_report(lost))
    assert "states" not in page.figures["chart-0"]
    assert page.figure("stocks", "cash")["data"][0]["y"][-1] is None


def test_texts_are_text_not_markup():
    hostile = result(run(sessions=60), name=HOSTILE, findings=[
        FINDINGS[0] | {"title": HOSTILE, "message": HOSTILE, "evidence": {HOSTILE: [HOSTILE]}},
    ])  # fmt: skip
    hostile |= {"message": HOSTILE, "warnings": [HOSTILE], "benchmark": {"ticker": HOSTILE, "name": HOSTILE}}
    hostile["config"] |= {HOSTILE: {HOSTILE: HOSTILE}}
    hostile["conditions"] = {"buy": [HOSTILE], "sell": [HOSTILE] * 4, "universe": HOSTILE}
    hostile["contribution"][0]["condition"] = HOSTILE
    for rows in ("trades", "holdings", "reasons", "events"):
        for row in hostile[rows]:
            row |= {"ticker": HOSTILE, "name": HOSTILE, "reason": HOSTILE, "kind": HOSTILE}
    for row in hostile["trades"]:
        row["factors"] = {HOSTILE: {"value": 1.0, "percentile": 2.0}}
    html = session_report(hostile)
    page = checked(html)  # no script, no attribute and no tag came out of it
    assert page.words.count(HOSTILE) > 100
    assert "<img" not in html.replace(get_plotlyjs(), "")
    assert page.figures["chart-0"]["data"][0]["name"] == HOSTILE


def test_it_is_not_large(done):
    size = len(session_report(done)) - len(get_plotlyjs())
    assert size < 1_000_000
