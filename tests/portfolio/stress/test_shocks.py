"""Made-up shocks, by hand."""

import pytest

from portfolio.calc.stress import ASSET, CURRENCY, FACTOR, SECTOR, Shock, Traits, shock_stress

TRAITS = {
    "KIA": Traits("cars", "KRW", {"market": 1.2, "rates": -0.5}),
    "SAP": Traits("software", "EUR", {"market": 0.8, "rates": 0.0}),
    "XYZ": Traits(None, None, {"market": 1.0}),
}
HALF = {"KIA": 50.0, "SAP": 50.0}


def changes(found):
    return {one.asset: one.change for one in found.assets}


def stressed(*shocks, weights=HALF):
    return shock_stress(weights, TRAITS, shocks)


def test_each_kind_by_itself():
    assert changes(stressed(Shock(ASSET, "KIA", -30))) == pytest.approx({"KIA": -30, "SAP": 0})
    assert changes(stressed(Shock(SECTOR, "software", -10))) == pytest.approx({"KIA": 0, "SAP": -10})
    assert changes(stressed(Shock(FACTOR, "market", -20))) == pytest.approx({"KIA": -24, "SAP": -16})
    assert changes(stressed(Shock(CURRENCY, "EUR", -5))) == pytest.approx({"KIA": 0, "SAP": -5})


def test_together():
    # KIA: cars -10, market 1.2 x -20 = -24, rates -0.5 x 2 = -1: -35, then x 1.10 for the won: 0.65 x 1.1 - 1 = -28.5.
    # SAP: its own shock -40 alone.
    found = stressed(
        Shock(SECTOR, "cars", -10),
        Shock(FACTOR, "market", -20),
        Shock(FACTOR, "rates", 2),
        Shock(CURRENCY, "KRW", 10),
        Shock(ASSET, "SAP", -40),
    )
    assert changes(found) == pytest.approx({"KIA": -28.5, "SAP": -40})
    assert [one.contribution for one in found.assets] == pytest.approx([-14.25, -20])
    assert (found.change, found.covered) == pytest.approx((-34.25, 100))
    assert found.assets[0].source == "CURRENCY KRW +10 %, FACTOR market -24 %, FACTOR rates -1 %, SECTOR cars -10 %"


def test_nothing_loses_more_than_everything():
    found = stressed(Shock(FACTOR, "market", -90), Shock(CURRENCY, "KRW", 50))
    assert changes(found)["KIA"] == -100  # 1.2 x -90 = -108


def test_an_unknown_trait_is_no_data_and_not_zero():
    found = stressed(Shock(SECTOR, "cars", -10), Shock(FACTOR, "rates", 1), weights={"KIA": 50.0, "XYZ": 40.0})
    assert changes(found)["XYZ"] is None
    assert found.assets[1].source == "no data: exposure to rates, sector unknown"
    assert found.covered == pytest.approx(60)  # KIA and cash
    # An own shock needs no traits.
    own = stressed(Shock(ASSET, "XYZ", -10), Shock(FACTOR, "rates", 1), weights={"KIA": 50.0, "XYZ": 50.0})
    assert changes(own) == pytest.approx({"KIA": -0.5, "XYZ": -10})


def test_a_shock_that_hits_nobody_is_a_mistake():
    for kind in (ASSET, SECTOR, FACTOR, CURRENCY):
        with pytest.raises(ValueError, match=f"no asset is hit by {kind} nope"):
            stressed(Shock(kind, "nope", -10))


def test_wrong_shocks_are_refused():
    with pytest.raises(ValueError, match="at least one, and none twice"):
        stressed()
    with pytest.raises(ValueError, match="at least one, and none twice"):
        stressed(Shock(ASSET, "KIA", -1), Shock(ASSET, "KIA", -2))
    with pytest.raises(ValueError, match="kind: must be one of"):
        Shock("COUNTRY", "KR", -1)
    for size in (-101, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="size: KIA"):
            Shock(ASSET, "KIA", size)
