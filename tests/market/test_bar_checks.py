"""Checks of bars, without a database."""

from typing import Any

import numpy as np

from market.calc.bars import Bars, bars_check
from market.calc.findings import Findings

NAN = float("nan")
TODAY = np.datetime64("2024-06-28")


def make(*rows: tuple[float, ...], dates: list[str] | None = None, **more: Any) -> Bars:
    """Bars of one ticker out of (open, high, low, close, volume)."""
    values = np.array(rows, dtype=float).T
    days = dates or [f"2024-01-{i + 1:02d}" for i in range(len(rows))]
    empty = np.full(len(rows), NAN)
    given = dict(zip(("open", "high", "low", "close", "volume"), values, strict=True))
    given |= dict.fromkeys(("trading_value", "market_cap", "shares_outstanding", "factor"), empty)
    given |= {"ticker": np.zeros(len(rows), dtype=int), "date": np.array(days, dtype="datetime64[D]")}
    return Bars(**(given | {"no_trade": np.zeros(len(rows), dtype=bool)} | more))


def check(bars: Bars, currency: str = "USD", **more: Any) -> tuple[Bars, Findings]:
    findings = Findings(len(bars))
    return bars_check(bars, findings, currency=currency, today=TODAY, **more), findings


def test_good_bars_stay_as_they_are() -> None:
    bars, findings = check(make((10, 11, 9, 10.5, 100), (10.5, 12, 10, 11, NAN)))
    assert findings.kept().all()
    assert findings.reasons == {}
    assert bars.high.tolist() == [11, 12]


def test_suspension_is_a_bar_without_trade() -> None:
    bars, findings = check(make((0, 0, 0, 500, 30), trading_value=np.array([15000.0])))
    assert findings.kept().all()
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0]) == (500, 500, 500, 500)
    assert bars.no_trade[0]
    assert bars.volume[0] == 0
    assert bars.trading_value[0] == 0


def test_prices_that_are_none_are_refused() -> None:
    _, findings = check(
        make((10, 11, 9, 0, 1), (10, 11, 9, NAN, 1), (0, 0, 0, 0, 0), (0, 11, 9, 10, 1), (10, 11, 9, -1, 1))
    )
    assert findings.reasons == {"non_positive_price": 5}
    assert [item.column for item in findings.rejections()] == ["close", "close", "close", "close", "open"]
    assert "close is missing" in {item.message for item in findings.rejections()}


def test_negative_amounts_and_factors_are_refused() -> None:
    _, findings = check(make((10, 11, 9, 10, -5), (10, 11, 9, 10, 5), factor=np.array([NAN, -1])))
    assert findings.reasons == {"negative_amount": 1, "bad_factor": 1}


def test_the_future_is_refused() -> None:
    _, findings = check(make((10, 11, 9, 10, 1), (10, 11, 9, 10, 1), dates=["2024-06-28", "2024-06-29"]))
    assert findings.rejected.tolist() == [False, True]
    assert findings.reasons == {"future_date": 1}


def test_rounding_is_clipped_and_violations_are_refused() -> None:
    bars, findings = check(make((100, 100.005, 99, 100.01, 1), (100, 99, 98, 99.5, 1)))
    assert findings.reasons == {"ohlc_order": 1, "ohlc_rounded": 1}
    assert bars.high[0] == 100.01
    assert findings.rejected.tolist() == [False, True]


def test_one_won_is_rounding_in_korea_only() -> None:
    row = (1000, 1000, 990, 1001, 1)
    assert check(make(row), "KRW")[1].reasons == {"ohlc_rounded": 1}
    assert check(make(row), "USD")[1].reasons == {"ohlc_order": 1}


def test_an_index_level_is_clipped_and_never_lost() -> None:
    bars, findings = check(make((900, 901, 899, 904, 1)), "VND", is_index=np.array([True]))
    assert findings.reasons == {"ohlc_clipped": 1}
    assert bars.high[0] == 904


def test_unknown_opens_are_kept_as_unknown() -> None:
    bars, findings = check(make((NAN, NAN, NAN, 10, NAN)))
    assert findings.kept().all()
    assert np.isnan(bars.high[0])


def test_duplicates() -> None:
    same = [(10, 11, 9, 10, 1)] * 2
    _, findings = check(make(*same, dates=["2024-01-02"] * 2))
    assert findings.kept().tolist() == [True, False]
    assert findings.reasons == {"duplicate": 1}
    _, findings = check(
        make((10, 11, 9, 10, 1), (10, 11, 9, 10, 2), (5, 5, 5, 5, 5), dates=["2024-01-02"] * 2 + ["2024-01-03"])
    )
    assert findings.kept().tolist() == [False, False, True]
    assert findings.reasons == {"conflicting_rows": 2}


def test_of_two_rows_the_only_possible_one_is_kept() -> None:
    _, findings = check(make((10, 11, 9, 10, 1), (0, 0, 0, 0, 0), dates=["2024-01-02"] * 2))
    assert findings.kept().tolist() == [True, False]
    assert findings.reasons == {"non_positive_price": 1}
