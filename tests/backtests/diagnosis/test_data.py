"""Checks of the prices behind a backtest."""

import numpy as np
import pytest

from backtests.diagnosis import SectorUse, Severity
from tests.backtests.diagnosis.made import ask, dividend, holding, made, split, trade

approx = pytest.approx
NAN = np.nan


def flat(sessions, names=6):
    return np.full((sessions, names), 10.0)


def test_positions_valued_at_old_prices():
    """A is held at the closes of 1 to 8 (8 of them, 2 without a bar), B at those of 3 to 9 (7, one without)."""
    close = flat(10)
    close[[4, 5], 0] = close[7, 1] = close[2, 1] = NAN
    trades = [trade(1, "A", 10), trade(3, "B", 10), trade(9, "A", -10)]
    found = ask("stale_prices", made(sessions=10, close=close, trades=trades))
    assert found.severity is Severity.SERIOUS
    assert found.evidence == {
        "position_sessions": 15, "stale": 3, "share": 20.0, "worst": {"ticker": "A", "sessions": 2},
    }  # fmt: skip
    assert found.message == "20.0 % of all days of all positions are valued at an older close; A on 2 of its days."


@pytest.mark.parametrize(("missing", "severity"), [(2, None), (3, "WARNING"), (10, "WARNING"), (11, "SERIOUS")])
def test_how_many_old_prices(missing, severity):
    close = flat(100)
    close[50 : 50 + missing, 0] = NAN
    found = ask("stale_prices", made(sessions=100, close=close, trades=[trade(0, "A", 10)]))
    assert (found and found.severity) == severity


def test_a_gap_while_a_name_is_not_held_is_no_old_price():
    close = flat(10)
    close[7:, 0] = NAN
    assert ask("stale_prices", made(sessions=10, close=close, trades=[trade(1, "A", 10), trade(5, "A", -10)])) is None


def test_bars_missing_between_the_first_and_the_last():
    """A: 8 of 10 from the start on, history left out; B from its fourth session on, 6 of 7; D 2 of the 3 sessions of
    its listing; E all 10: 4 of 30 are missing. C was not traded.
    """
    close = flat(12)
    close[[0, 5, 8], 0] = NAN
    close[:5, 1], close[7, 1] = NAN, NAN
    close[3:, 2] = close[3, 3] = close[6, 3] = NAN
    trades = [trade(5, "B", 10), trade(4, "A", 10), trade(4, "D", 10), trade(4, "E", 10)]
    ends = [12, 12, 12, 4, 12, 12]
    found = ask("missing_bars", made(sessions=10, start=2, close=close, trades=trades, ends=ends))
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "names": 4, "names_with_gaps": 3, "expected": 30, "missing": 4, "share": approx(100 * 4 / 30),
        "worst": {"ticker": "A", "missing": 2, "expected": 10},
    }  # fmt: skip
    assert found.message == (
        "13.3 % of the bars between the first and the last of 4 traded names are missing; A lacks 2 of 10."
    )


@pytest.mark.parametrize(("missing", "severity"), [(2, None), (3, "NOTE"), (10, "NOTE"), (11, "WARNING")])
def test_how_many_bars_are_missing(missing, severity):
    close = flat(100)
    close[50 : 50 + missing, 0] = NAN
    found = ask("missing_bars", made(sessions=100, close=close, trades=[trade(0, "A", 10)]))
    assert (found and found.severity) == severity


def test_bars_before_the_first_and_after_the_listing_are_not_missing():
    close = flat(20)
    close[:8, 0] = close[12:19, 0] = NAN
    ends = [11, 20, 20, 20, 20, 20]
    assert ask("missing_bars", made(sessions=20, close=close, ends=ends, trades=[trade(9, "A", 10)])) is None
    assert ask("missing_bars", made(sessions=20, close=close, trades=[trade(9, "A", 10)])) is not None


def test_holdings_whose_prices_stopped():
    """B has its last bar 21 sessions before the end, A 20; C's delisting is recorded."""
    close = flat(40)
    close[19:, 1] = close[21:, 0] = close[5:, 2] = NAN
    holdings = [holding("A", 50, weight=5.0), holding("B", 80, weight=8.0), holding("C", 30, weight=3.0)]
    ends = [40, 40, 39, 40, 40, 40]
    found = ask("bars_stop", made(sessions=40, close=close, holdings=holdings, ends=ends))
    assert found.severity is Severity.WARNING
    assert found.evidence == {"holdings": 1, "weight": 8.0, "sessions": 20, "tickers": ["B"]}
    assert found.message == (
        "1 final holding (8.0 % of the value) had no bar in the last 20 sessions and no delisting: B."
    )
    heavy = made(sessions=40, close=close, holdings=[holding("B", 100, weight=10.1)])
    assert ask("bars_stop", heavy).severity is Severity.SERIOUS
    tenth = made(sessions=40, close=close, holdings=[holding("B", 100, weight=10.0)])
    assert ask("bars_stop", tenth).severity is Severity.WARNING


def test_holdings_with_prices():
    close = flat(40)
    close[20:39, 0] = NAN
    assert ask("bars_stop", made(sessions=40, close=close, holdings=[holding("A", 50)])) is None
    lost = [holding("A", 50)]
    assert ask("bars_stop", made(sessions=19, close=flat(19) * NAN, holdings=lost)) is None  # too short to tell
    assert ask("bars_stop", made(sessions=20, close=flat(20) * NAN, holdings=lost)) is not None


@pytest.mark.parametrize(
    ("uses", "severity", "told"),
    [
        (["neutralise"], "NOTE", "neutralise the scores"),
        (["universe"], "WARNING", "filter the universe"),
        (["universe", "neutralise"], "WARNING", "filter the universe and neutralise the scores"),
    ],
)
def test_sectors_are_those_of_today(uses, severity, told):
    found = ask("sectors_of_today", made(sectors=map(SectorUse, uses)))
    assert (found.severity, found.evidence) == (severity, {"uses": uses})
    assert found.message == (
        f"The sectors that {told} are those of today: a name that has moved since counts where it is now."
    )
    assert ask("sectors_of_today", made()) is None


def test_a_jump_of_a_held_price():
    """A goes from 10 to 25 over a session without a bar: 15 on each of 10 shares; B falls by half and one hundredth.
    In all 150 - 51 = 99 were made by them; the run made 280.
    """
    close = flat(6)
    close[3, 0], close[4:, 0] = NAN, 25.0
    close[4:, 1] = 4.9
    trades = [trade(1, "A", 10), trade(2, "B", 10)]
    found = ask("price_jumps", made([1000, *[1000] * 5, 1301], close=close, trades=trades))
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "jumps": 2, "gain_of_rises": approx(150.0), "largest": [
            {"ticker": "A", "date": "2020-01-10", "change": approx(150.0), "gain": approx(150.0)},
            {"ticker": "B", "date": "2020-01-10", "change": approx(-51.0), "gain": approx(-51.0)},
        ],
    }  # fmt: skip
    assert found.message.startswith("2 jumps of a held price without a recorded split; A on 2020-01-10 +150 %.")
    mostly = made([1000, *[1000] * 5, 1299], close=close, trades=trades)
    assert ask("price_jumps", mostly).severity is Severity.SERIOUS


def test_a_recorded_split_is_no_jump():
    close = flat(6)
    close[3:, 0] = 5.0
    close[4, 0] = NAN
    close[4:, 1] = 100.0
    events = [split(3, "A", 2.0, 20.0), split(4, "B", 0.1, 1.0)]
    trades = [trade(1, "A", 10), trade(2, "B", 10)]
    assert ask("price_jumps", made(sessions=6, close=close, trades=trades, events=events)) is None
    assert ask("price_jumps", made(sessions=6, close=close, trades=trades)).evidence["jumps"] == 2


def test_the_smallest_splits_that_data_may_lack():
    """Two for one, and one for two."""
    close = flat(6)
    close[3:, 0], close[4:, 1] = 5.0, 20.0
    found = ask("price_jumps", made(sessions=6, close=close, trades=[trade(1, "A", 10), trade(1, "B", 10)]))
    assert [(one["ticker"], one["change"]) for one in found.evidence["largest"]] == [("B", 100.0), ("A", -50.0)]


def test_a_jump_while_a_name_is_not_held():
    close = flat(6)
    close[1, 0], close[4:, 0] = 3.0, 30.0
    trades = [trade(2, "A", 10), trade(4, "A", -10, 30.0), trade(5, "A", 10, 30.0)]
    assert ask("price_jumps", made(sessions=6, close=close, trades=trades)) is None
    calm = flat(6)
    calm[3:, 0], calm[4:, 1] = 17.9, 5.6
    assert ask("price_jumps", made(sessions=6, close=calm, trades=[trade(1, "A", 10), trade(1, "B", 10)])) is None


def test_trades_at_adjusted_prices():
    trades = [trade(1, "A", 10), *(trade(2, "B", 10) for _ in range(4))]
    found = ask("adjusted_prices", made(trades=trades, adjusted="AC"))
    assert found.severity is Severity.WARNING
    assert found.evidence == {"trades": 5, "adjusted": 1, "share": 20.0, "tickers": ["A"]}
    assert found.message == "1 of 5 trades are in 1 name whose raw price is not known: A."
    assert ask("adjusted_prices", made(trades=trades[:4], adjusted="A")).severity is Severity.SERIOUS


def test_raw_prices():
    trades = [trade(1, "A", 10)]
    assert ask("adjusted_prices", made(trades=trades, adjusted="BCD")) is None
    assert ask("adjusted_prices", made(trades=trades)) is None


def test_nobody_ever_disappears():
    """60 names over 756 sessions, 3 years: at 3 % a year 5.4 would have gone."""
    found = ask("survivorship", made(sessions=756, names=60))
    assert found.severity is Severity.WARNING
    assert found.evidence == {"names": 60, "years": 3.0, "ended": 0, "usual": approx(5.4)}
    assert ask("survivorship", made(sessions=504, names=250)).severity is Severity.SERIOUS  # 15
    assert ask("survivorship", made(sessions=504, names=249)).severity is Severity.WARNING
    assert ask("survivorship", made(sessions=504, names=50)).severity is Severity.WARNING


def test_somebody_disappears_or_nobody_has_to():
    ends = np.full(60, 756)
    ends[7] = 755
    assert ask("survivorship", made(sessions=756, names=60, ends=ends)) is None
    assert ask("survivorship", made(sessions=504, names=49)) is None  # 2.94 expected
    assert ask("survivorship", made(sessions=2012, names=20)).severity is Severity.WARNING  # 4.8 in eight years


def test_an_index_of_prices_beside_dividends():
    """100 of dividends on a capital of 1,000 and a lead of 5 points: they explain it all."""
    how = {"trades": [trade(1, "A", 10)], "events": [dividend(2, "A", 100.0)], "price_index": True}
    levels = [100, 101, 102, 103, 104, 105]
    found = ask("price_index", made([1000, 1000, 1010, 1050, 1080, 1100], benchmark=levels, **how))
    assert found.severity is Severity.WARNING
    assert found.evidence["share"] == approx(10)
    assert found.evidence["excess_return"] == approx(5)
    ahead = ask("price_index", made([1000, 1000, 1010, 1050, 1080, 1300], benchmark=levels, **how))
    assert ahead.severity is Severity.NOTE
    adjusted = ask("price_index", made(benchmark=[100] * 6, adjusted="A", trades=how["trades"], price_index=True))
    assert "adjusted prices hold the dividends" in adjusted.message


def test_nothing_to_say_about_the_index():
    how = {"trades": [trade(1, "A", 10)], "events": [dividend(2, "A", 100.0)]}
    assert ask("price_index", made(benchmark=[100] * 6, **how)) is None  # an ETF
    assert ask("price_index", made(price_index=True, **how)) is None  # no benchmark
    assert ask("price_index", made(benchmark=[100] * 6, trades=how["trades"], price_index=True)) is None  # no dividends
