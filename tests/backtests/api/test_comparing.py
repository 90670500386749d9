"""Backtests side by side: of two made up by hand, and of two that were carried out."""

import pytest

from tests.backtests.stored import bare, made_up
from tests.etfs.api.asking import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(db: None) -> str:
    """100 becomes 110, then 99; 200 becomes 210. The second is the better one but in its win rate."""
    first = made_up(
        name="first", values=(110.0, 99.0), benchmark=(104.0, 102.0), config={"max_positions": 5},
        figures={"total_return": -1.0, "max_drawdown": 10.0, "win_rate": 60.0, "sharpe_ratio": None, "exposure": 40.0},
    )  # fmt: skip
    second = made_up(
        name="second", values=(210.0,), capital=200.0, config={"max_positions": 3},
        figures={"total_return": 5.0, "max_drawdown": 0.0, "win_rate": 50.0, "sharpe_ratio": 2.0, "exposure": 30.0},
    )  # fmt: skip
    return f"{first.pk},{second.pk}"


def test_by_hand(reader, two):
    found = ask(reader, f"backtests/compare/?ids={two}")
    assert [(one["label"], str(one["id"])) for one in found["backtests"]] == list(
        zip(["first", "second"], two.split(","), strict=True)
    )
    rows = {row["name"]: (row["values"], row["best"]) for row in found["statistics"]}
    assert rows == {
        "final_value": ([99.0, 210.0], None),  # of different capitals
        "trades": ([0.0, 0.0], None), "total_return": ([-1.0, 5.0], 5.0), "max_drawdown": ([10.0, 0.0], 0.0),
        "win_rate": ([60.0, 50.0], 60.0), "sharpe_ratio": ([None, 2.0], None), "exposure": ([40.0, 30.0], None),
    }  # fmt: skip
    first, second = found["series"]
    assert first["dates"] == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert (first["value"], first["drawdown"]) == ([100.0, 110.0, 99.0], [0.0, 0.0, -11.0])
    assert first["benchmark"] == [100.0, 104.0, 102.0]
    assert second["value"] == [100.0, 105.0]
    differing = {row["setting"]: row["values"] for row in found["differences"]}
    assert differing["max positions"] == ["5", "3"]
    assert differing["initial capital"] == ["100", "200"]
    assert "region" not in differing


def test_the_order_is_that_of_the_asker(reader, two):
    turned = ",".join(reversed(two.split(",")))
    assert [one["label"] for one in ask(reader, f"backtests/compare/?ids={turned}")["backtests"]] == ["second", "first"]


def test_money_of_several_currencies_has_no_best(reader):
    ids = [
        made_up(currency=currency, figures={"realised_profit": profit, "total_return": profit}).pk
        for currency, profit in (("KRW", 9.0), ("USD", 1.0))
    ]
    found = ask(reader, f"backtests/compare/?ids={ids[0]},{ids[1]}")
    best = {row["name"]: row["best"] for row in found["statistics"]}
    assert (best["realised_profit"], best["total_return"]) == (None, 9.0)
    assert [one["label"] for one in found["backtests"]] == [f"#{pk}" for pk in ids]  # they have no names


def test_of_two_that_were_carried_out(reader, finished):
    ids = f"{finished.five},{finished.three}"
    found = ask(reader, f"backtests/compare/?ids={ids}")
    for place, pk in enumerate((finished.five, finished.three)):
        figures = {row["name"]: row["value"] for row in ask(reader, f"backtests/{pk}/statistics/")["results"]}
        assert {row["name"]: row["values"][place] for row in found["statistics"]} == figures
        assert found["series"][place]["value"][-1] == pytest.approx(figures["final_value"] / 1e6, abs=1e-5)
    differing = {row["setting"]: row["values"] for row in found["differences"]}
    assert differing == {"name": ["five", "three"], "max positions": ["5", "3"]}
    report = reader.get(f"/api/backtests/compare/report/?ids={ids}")
    assert (report.status_code, report["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "2 backtests side by side" in report.content.decode()


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        ("", "may not be blank"), ("a,b", "such as 3,5,8"), ("1", "2 to 8 backtests can be compared, not 1"),
        ("-1,2", "such as 3,5,8"), ("1.5,2", "such as 3,5,8"), ("1,,2", "such as 3,5,8"), ("1,1", "more than once"),
        ("9" * 40 + ",1", "such as 3,5,8"), ("%00", "such as 3,5,8"), ("٣,٤", "such as 3,5,8"),
    ],
)  # fmt: skip
def test_refused(reader, ids, reason):
    one = made_up()
    for address in ("compare/", "compare/report/"):
        asked = str(one.pk) if ids == "1" else ids
        answer = reader.get(f"/api/backtests/{address}?ids={asked}")
        assert (answer.status_code, reason in str(answer.json()["ids"])) == (400, True), answer.json()


def test_too_many_or_not_there_or_not_finished(reader):
    made = [made_up().pk for _ in range(9)]
    waits = bare().pk

    def told(*ids: int) -> tuple[int, dict]:
        answer = reader.get(f"/api/backtests/compare/?ids={','.join(map(str, ids))}")
        return answer.status_code, answer.json()

    assert told(*made) == (400, {"ids": ["2 to 8 backtests can be compared, not 9"]})
    assert told(made[0], 10**9) == (404, {"detail": f"no backtest #{10**9}"})
    assert told(made[0], waits) == (400, {"status": [f"backtest #{waits} is PENDING and has no result"]})


def test_as_many_queries_for_eight_as_for_two(reader, django_assert_num_queries):
    made = [str(made_up(values=(1.0, 2.0)).pk) for _ in range(8)]
    for ids in (made[:2], made):
        with django_assert_num_queries(5):  # login, user, backtests, snapshots, conditions
            ask(reader, f"backtests/compare/?ids={','.join(ids)}")
