"""Which day is computed when none is asked for."""

import datetime as dt

import pytest

from factors.services import FactorRunError, session_resolve
from tests.factors.market_tables import add_bars, add_instrument

pytestmark = pytest.mark.django_db
FRIDAY, SATURDAY = dt.date(2024, 6, 28), dt.date(2024, 6, 29)


def test_a_bar_on_a_saturday_does_not_make_it_a_session() -> None:
    add_bars(add_instrument("A"), [FRIDAY, SATURDAY], [10, 11])
    assert session_resolve(region="KR", date=None) == FRIDAY


def test_vietnam_without_its_index_takes_the_newest_bar_and_says_what_is_missing() -> None:
    add_bars(add_instrument("V", "VN"), [FRIDAY], [10])
    assert session_resolve(region="VN", date=None) == FRIDAY
    with pytest.raises(FactorRunError, match=r"of VN30: its sessions are .* load them with --asset-type INDEX"):
        session_resolve(region="VN", date=FRIDAY)


def test_vietnam_with_its_index_takes_the_sessions_of_the_index() -> None:
    add_bars(add_instrument("V", "VN"), [FRIDAY, SATURDAY], [10, 11])
    add_bars(add_instrument("VN30", "VN", asset_type="INDEX"), [FRIDAY], [1000])
    assert session_resolve(region="VN", date=None) == FRIDAY
