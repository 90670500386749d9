"""What every factor must do, asked of all that are registered."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factors.base import Factor, Reason
from factors.engine import run
from factors.registry import UnknownFactor, all_factors, factors_named, register, unregister
from market.models.fundamentals import FUNDAMENTAL_FIELDS
from market.panel import Panel
from tests.factors.market_builder import cross, make_panel

NAMES = sorted(
    [
        "pe_ratio",
        "pb_ratio",
        "ev_to_ebitda",
        "dividend_yield",
        "fcf_yield",
        "price_momentum_12m",
        "momentum_1m",
        "momentum_3m",
        "momentum_6m",
        "momentum_12m",
        "rsi_momentum",
        "fifty_two_week_high",
        "volume_weighted_momentum",
        "earnings_momentum",
        "roe",
        "roa",
        "debt_to_equity",
        "earnings_quality",
        "profit_margin",
        "margin_stability",
        "cash_flow_quality",
        "revenue_growth",
        "earnings_growth",
        "asset_growth",
        "operating_profitability",
        "volatility_60d",
        "beta",
        "max_drawdown_252d",
        "downside_deviation",
        "cvar_95",
        "idiosyncratic_volatility",
        "market_cap",
        "liquidity",
        "turnover_rate",
        "amihud_illiquidity",
        "free_float",
        "etf_preference",
    ]
)  # fmt: skip - section 3 of FORMULAS.md
N = 14
BARS = 265


def reports_of(i: int, rng: np.random.Generator) -> list[dict]:
    """Five years of Q1 to Q3 and FY."""
    rows = []
    for quarter in range(20):
        end = (np.datetime64("2019-07") + 3 * quarter).astype("datetime64[D]") - 1
        scale = 4.0 if end.item().month == 12 else 1.0
        rows.append({"i": i, "end": str(end), "period": "FY" if scale == 4 else "Q"} | {
            name: scale * float(rng.uniform(0.5, 2.0)) for name in FUNDAMENTAL_FIELDS
        })  # fmt: skip
    return rows


def market(order: list[int] | None = None, seed: int = 1) -> Panel:
    """``N`` instruments with everything a factor may ask for, or those at ``order``; one is young, one is unquoted."""
    order = list(range(N)) if order is None else order
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (BARS, N)), axis=0))
    close[:200, 3] = np.nan
    high, volume = close * rng.uniform(1.0, 1.05, close.shape), rng.integers(0, 9000, close.shape).astype(float)
    index = 1000 * np.exp(np.cumsum(rng.normal(0, 0.01, BARS)))
    shares, preference = rng.uniform(1e3, 1e4, N), rng.uniform(0, 5, N)
    reports = [row for i in range(N) for row in reports_of(i, rng)]
    place = {old: new for new, old in enumerate(order)}
    panel = make_panel(
        close[:, order], high=high[:, order], volume=volume[:, order], index=index, shares=shares[order],
        in_universe=[i != 5 for i in order], sectors=[["bank", "chip"][i % 2] for i in order],
        reports=[row | {"i": place[row["i"]]} for row in reports if row["i"] in place],
        splits=[(place[2], "2024-02-01", 3.0)] if 2 in place else [],
        extra={"etf_preference": preference[order]},
    )  # fmt: skip
    return replace(panel, tickers=np.array([f"T{i:03d}" for i in order], dtype=object))


every_factor = pytest.mark.parametrize("name", sorted(factor.name for factor in all_factors()))


def test_all_factors_of_the_specification_are_registered():
    assert len(NAMES) == 37
    assert set(NAMES) <= {factor.name for factor in all_factors()}


@every_factor
def test_it_describes_itself(name):
    (factor,) = factors_named([name])
    assert len(factor.description()) > 15
    assert factor.category in {
        "value",
        "momentum",
        "quality",
        "growth",
        "low_volatility",
        "size",
        "liquidity",
        "ownership",
    }
    assert factor.direction in (1, -1)
    assert 1 <= factor.min_bars <= factor.lookback <= 261


@every_factor
def test_shape_dtype_and_that_everything_has_a_value_or_a_reason(name):
    panel = market()
    found = cross(panel, name)
    for array in (found.value, found.score, found.percentile):
        assert array.shape == (N,)
        assert array.dtype == np.float64
    assert found.reason.shape == (N,)
    assert (np.isfinite(found.score) == (found.reason == Reason.NONE)).all()
    assert np.isfinite(found.score).sum() >= 10
    assert found.reason[5] == Reason.NOT_IN_UNIVERSE
    assert np.isnan(found.value[5])
    assert not np.isinf(found.value).any()
    assert (np.abs(found.score[np.isfinite(found.score)]) <= 3).all()


@every_factor
def test_it_is_deterministic_and_leaves_the_panel_alone(name):
    panel = market()
    before = {key: np.array(getattr(panel, key)) for key in ("close", "high", "volume", "trading_value", "days")}
    first, second = cross(panel, name), cross(market(), name)
    np.testing.assert_array_equal(first.value, second.value)
    np.testing.assert_array_equal(first.score, second.score)
    for key, values in before.items():
        np.testing.assert_array_equal(getattr(panel, key), values)


@every_factor
def test_the_order_of_instruments_does_not_matter(name):
    order = [int(i) for i in np.random.default_rng(2).permutation(N)]
    straight, mixed = cross(market(), name), cross(market(order), name)
    np.testing.assert_array_equal(mixed.value, straight.value[order])
    np.testing.assert_array_equal(mixed.reason, straight.reason[order])
    np.testing.assert_array_equal(mixed.percentile, straight.percentile[order])
    np.testing.assert_allclose(mixed.score, straight.score[order], rtol=0, atol=1e-12)


@every_factor
@pytest.mark.parametrize("i", [0, 2, 3])
def test_an_instrument_alone_has_the_same_value_as_among_others(name, i):
    among, alone = cross(market(), name), cross(market([i]), name)
    np.testing.assert_allclose(alone.value[0], among.value[i], rtol=1e-12)
    assert np.isnan(alone.score[0])
    if np.isfinite(alone.value[0]):
        assert alone.reason[0] == Reason.SMALL_CROSS_SECTION
    else:
        assert alone.reason[0] == among.reason[i]


@every_factor
def test_constants_zero_volume_and_nothing_known_give_no_infinity_and_no_error(name):
    flat = np.full((BARS, 12), 50.0)
    index = np.full(BARS, 1000.0)
    for panel in (
        make_panel(flat, volume=0.0, index=index),
        make_panel(flat, volume=None),
        make_panel(np.full((BARS, 12), np.nan), volume=None, in_universe=[False] * 12),
        make_panel(flat[:1], shares=[0.0] * 12),
        make_panel(np.full((BARS, 0), 1.0)),
    ):
        found = cross(panel, name)
        assert not np.isinf(found.value).any()
        assert not np.isinf(found.score).any()
        assert ((found.reason == Reason.NONE) == np.isfinite(found.score)).all()


@every_factor
def test_an_instrument_without_anything_does_not_disturb_the_others(name):
    whole = market()
    without = cross(whole, name)
    close, volume, high = whole.close.copy(), whole.volume.copy(), whole.high.copy()
    close[:, 5] = volume[:, 5] = high[:, 5] = np.nan
    empty = replace(
        whole, close=close, volume=volume, trading_value=close * volume, high=high,
        days=np.where(np.isnan(close), 0, whole.days), n_bars=(~np.isnan(close)).sum(axis=0),
    )  # fmt: skip
    found = cross(empty, name)
    others = np.arange(N) != 5
    np.testing.assert_array_equal(found.value[others], without.value[others])
    assert np.isnan(found.value[5])


@pytest.mark.parametrize("factor", [factor for factor in all_factors() if factor.min_bars > 1], ids=lambda f: f.name)
def test_the_fewest_bars_are_a_sharp_limit(factor):
    panel, name = market(), factor.name
    enough = replace(
        panel,
        **{
            key: getattr(panel, key)[-factor.min_bars :] for key in ("days", "close", "high", "volume", "trading_value")
        },
    )
    enough = replace(enough, n_bars=(enough.days > 0).sum(axis=0))
    short = replace(
        panel,
        **{
            key: getattr(panel, key)[1 - factor.min_bars :]
            for key in ("days", "close", "high", "volume", "trading_value")
        },
    )
    short = replace(short, n_bars=(short.days > 0).sum(axis=0))
    assert np.isfinite(cross(enough, name).value[0])
    assert cross(short, name).reason[0] == Reason.INSUFFICIENT_HISTORY


# --- properties ---------------------------------------------------------------------------------------------------


@st.composite
def rough_markets(draw: st.DrawFn) -> Panel:
    """Young, flat, untraded and unknown instruments in every mixture."""
    n, bars = draw(st.sampled_from([1, 2, 11, 15])), draw(st.sampled_from([1, 16, 61, 130, 262]))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.03, (bars, n)), axis=0))
    volume = rng.integers(0, 500, (bars, n)).astype(float)
    for i in range(n):
        kind = draw(st.sampled_from(["plain", "flat", "young", "untraded", "unknown volume", "tiny", "huge"]))
        if kind == "flat":
            close[:, i] = 7.0
        elif kind == "young":
            close[: draw(st.integers(0, bars - 1)), i] = np.nan
        elif kind == "untraded":
            volume[:, i] = 0.0
        elif kind == "unknown volume":
            volume[:, i] = np.nan
        elif kind != "plain":
            close[:, i] *= 1e-6 if kind == "tiny" else 1e9
    figures = st.sampled_from([0.0, -1.0, 1.0, 1e15, 1e-15, np.nan]) | st.floats(-1e9, 1e9)
    reports = [
        row | {name: draw(figures) for name in draw(st.lists(st.sampled_from(FUNDAMENTAL_FIELDS), max_size=6))}
        for i in range(n) if draw(st.booleans()) for row in reports_of(i, rng)[-draw(st.integers(1, 20)) :]
    ]  # fmt: skip
    return make_panel(
        close, volume=volume, shares=rng.uniform(0, 10, n) if draw(st.booleans()) else None, reports=reports,
        index=np.exp(np.cumsum(rng.normal(0, 0.01, bars))) if draw(st.booleans()) else None,
        is_adjusted=rng.random(n) < 0.2, in_universe=rng.random(n) < 0.9, extra={"etf_preference": rng.random(n)},
        company=rng.integers(0, n, n),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    rough_markets(),
    st.sampled_from(["zscore", "robust", "percentile", "minmax"]),
    st.sampled_from([[], ["sector", "size"]]),
)
def test_whatever_the_market_scores_stay_in_bounds_and_everything_is_accounted_for(panel, method, neutralise):
    result = run(panel, all_factors(), method, neutralise)
    assert result.errors == {}
    low, high = (-3.0, 3.0) if method in ("zscore", "robust") else (0.0, 100.0)
    for found in result.crosses:
        scored = np.isfinite(found.score)
        assert ((found.reason == Reason.NONE) == scored).all(), found.factor.name
        assert (np.isfinite(found.percentile) == scored).all()
        assert ((found.score[scored] >= low) & (found.score[scored] <= high)).all()
        assert ((found.percentile[scored] > 0) & (found.percentile[scored] <= 100)).all()
        assert not np.isinf(found.value).any()
        assert not scored.any() or scored.sum() >= 10
        assert (found.reason[~panel.in_universe] == Reason.NOT_IN_UNIVERSE).all()


# --- the engine and the registry ----------------------------------------------------------------------------------


def make_factor(factor_name: str = "mine", **more: object) -> type[Factor]:
    body = {"__doc__": "A factor of a test.", "name": factor_name, "category": "test", "unit": "ratio"}
    return type("Mine", (Factor,), body | {"compute": lambda self, panel: panel.close[-1]} | more)


def raising(self: Factor, panel: Panel) -> np.ndarray:
    raise RuntimeError("broken on purpose")


def test_a_factor_that_raises_or_returns_nonsense_does_not_stop_the_others():
    broken, wrong, good = (
        make_factor("a", compute=raising)(),
        make_factor("b", compute=lambda s, p: np.zeros(3))(),
        make_factor("c")(),
    )
    told = []
    result = run(market(), [broken, wrong, good], progress=told.append)
    assert result.errors == {
        "a": "RuntimeError: broken on purpose",
        "b": f"ValueError: compute returned shape (3,), not ({N},)",
    }
    assert [found.factor.name for found in result.crosses] == ["c"]
    assert told == ["a", "b", "c"]
    assert set(result.seconds) == {"a", "b", "c"}


def test_a_factor_whose_field_nobody_provides_waits():
    waiting = make_factor("w", inputs=("moon_phase",), compute=lambda s, p: p.figure("moon_phase").values)()
    result = run(market(), [waiting])
    assert list(result.waiting) == ["w"]
    assert result.errors == {}
    assert result.crosses[0].counts() == {"scored": 0, "valued": 0, "not_in_universe": 1, "field_unavailable": N - 1}


def test_a_name_is_given_only_once():
    register(make_factor("mine"))
    try:
        with pytest.raises(ValueError, match="'mine' is taken by Mine"):
            register(make_factor("mine"))
    finally:
        unregister("mine")
    with pytest.raises(ValueError, match="'roe' is taken by Roe"):
        register(make_factor("roe"))


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"unit": ""}, "has no unit"),
        ({"direction": 0}, "direction must be 1 or -1"),
        ({"min_bars": 9, "lookback": 8}, "min_bars 9 is beyond its lookback 8"),
        ({"__doc__": None}, "has no docstring"),
    ],
)
def test_an_incomplete_factor_is_refused(broken, why):
    with pytest.raises(ValueError, match=why):
        register(make_factor("mine", **broken))


def test_factors_by_name():
    assert [factor.name for factor in factors_named(["roe", "beta", "roe"])] == ["roe", "beta"]
    assert factors_named([]) == all_factors()
    with pytest.raises(UnknownFactor, match="unknown factor 'reo'; did you mean roe"):
        factors_named(["reo"])
