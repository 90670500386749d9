"""Pages of sweeps: asked for, watched, cancelled, their map and variants."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backtests.models import BacktestSession, BacktestSweep, BacktestVariant, Status
from backtests.services import sweep_create
from tests.backtests.services.tables import config
from tests.backtests.stored import bare

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
AXES = {"max_positions": [2, 3, 4], "sell_conditions.0.value": [5, 10]}
NEW = "/backtests/sweeps/new/"


@pytest.fixture
def sweep(finished, ann) -> BacktestSweep:
    """Six variants, of which one failed; the Sharpe ratio is positions + stop / 100."""
    made = sweep_create(config=config(), axes=AXES, owner=ann.user)
    rows = list(made.variants.order_by("number"))
    for row in rows[:5]:
        sharpe = row.overrides["max_positions"] + row.overrides["sell_conditions.0.value"] / 100
        row.status, row.objective, row.seconds = Status.COMPLETED, sharpe, 0.1
        row.figures = {"sharpe_ratio": sharpe, "total_return": 10 * sharpe, "max_drawdown": 5.0, "trades": 7}
    rows[5].status, rows[5].error = Status.FAILED, "no bars at all"
    BacktestVariant.objects.bulk_update(rows, ["status", "objective", "figures", "error", "seconds"])
    BacktestSweep.objects.filter(pk=made.pk).update(
        status=Status.COMPLETED, result={"best": 5, "deflated_sharpe": 0.5, "data_changed": False}
    )
    made.refresh_from_db()
    return made


def asked(base: int, **changes: str) -> dict[str, str]:
    return {
        "name": "s", "method": "GRID", "objective": "sharpe_ratio", "axis-TOTAL_FORMS": "2", "axis-INITIAL_FORMS": "0",
        "axis-0-field": "max_positions", "axis-0-values": "2..6:2", "axis-1-field": "sell_conditions.0.value",
        "axis-1-values": "5, 10",
    } | changes  # fmt: skip


def test_page(ann, sweep):
    page = ann.get(f"/backtests/sweeps/{sweep.pk}/")
    text = page.content.decode()
    assert page.context["best"].number == 5
    for told in (
        "4.05",
        "0.500",
        "may be luck",
        "1 variant failed",
        "no bars at all",
        f"sweep={sweep.pk}&amp;variant=5",
    ):
        assert told in text
    numbers = [row.record.number for row in page.context["tables"]["variants"].paginated_rows]
    assert numbers == [5, 4, 3, 2, 1, 6]


@pytest.mark.parametrize(
    ("query", "first"),
    [("?sort=axis_0", 2), ("?sort=figure_total_return", 1), ("?sort=-axis_1", 2), ("?status=FAILED", 6)],
)
def test_variants_sorted_and_narrowed(ann, sweep, query, first):
    table = ann.get(f"/backtests/sweeps/{sweep.pk}/{query}").context["tables"]["variants"]
    found = [row.record for row in table.paginated_rows]
    if "axis" in query:
        shown = [row.overrides[list(AXES)[int(query[-1])]] for row in found]
        assert shown == sorted(shown, reverse="-" in query)
    else:
        assert found[0].number == first


def test_variants_as_a_file(ann, sweep):
    answer = ann.get(f"/backtests/sweeps/{sweep.pk}/?export=csv&table=variants&sort=number")
    head, first, *_ = b"".join(answer.streaming_content).decode().splitlines()
    assert head.startswith("Variant,max positions,STOP_LOSS value,Sharpe ratio")
    assert first.startswith("1,2,5,2.05,20.5")


def test_map_over_chosen_axes_and_figure(ann, sweep):
    there = f"/backtests/sweeps/{sweep.pk}/map/"
    chart = ann.get(there).context["charts"][0]
    assert chart["data"][0]["z"] == [[2.05, 3.05, 4.05], [2.1, 3.1, None]]
    turned = {"figure": "total_return", "across": "sell_conditions.0.value", "down": "max_positions"}
    chart = ann.get(there, turned).context["charts"][0]
    assert chart["data"][0]["z"] == [[20.5, 21.0], [30.5, 31.0], [40.5, None]]


@pytest.mark.parametrize(
    "query", ["?figure=x", "?across=y&down=z", "?across=max_positions&down=max_positions", "?how=q"]
)
def test_map_of_nonsense_is_the_first(ann, sweep, query):
    assert len(ann.get(f"/backtests/sweeps/{sweep.pk}/map/{query}").context["charts"]) == 2


def test_others_are_not_there(bob, sweep):
    for part in ("", "map/", "progress/"):
        assert bob.get(f"/backtests/sweeps/{sweep.pk}/{part}").status_code == 404
    for part in ("cancel/", "resume/", "delete/", "variants/1/run/"):
        assert bob.post(f"/backtests/sweeps/{sweep.pk}/{part}").status_code == 404
    assert bob.get("/backtests/sweeps/").context["tables"]["sweeps"].total == 0


def test_listed(ann, sweep):
    table = ann.get("/backtests/sweeps/?search=test&status=COMPLETED").context["tables"]["sweeps"]
    assert [row.get_cell_value("deflated") for row in table.paginated_rows] == [0.5]


def test_progress_cancel_and_resume(ann, finished):
    made = sweep_create(config=config(), axes=AXES, owner=ann.user)
    there = f"/backtests/sweeps/{made.pk}/"
    assert "0 / 6" in ann.get(there).content.decode()
    ann.post(f"{there}cancel/")
    made.refresh_from_db()
    assert made.status == Status.CANCELLED
    assert ann.get(f"{there}progress/", **HTMX).headers["HX-Refresh"] == "true"
    assert "Go on with it" in ann.get(there).content.decode()
    ann.post(f"{there}resume/")
    made.refresh_from_db()
    assert made.status == Status.PENDING


def test_a_variant_is_backtested(ann, sweep):
    answer = ann.post(f"/backtests/sweeps/{sweep.pk}/variants/5/run/", **HTMX)
    made = BacktestSession.objects.order_by("-pk").first()
    assert answer.headers["HX-Redirect"] == f"/backtests/{made.pk}/"
    assert (made.config["max_positions"], made.sweep, made.owner) == (4, sweep, ann.user)


def test_the_best_goes_into_the_builder(ann, sweep):
    form = ann.get(f"/backtests/new/?sweep={sweep.pk}&variant=5").context["form"]
    assert form["max_positions"].value() == 4


def test_deleted(ann, sweep):
    ann.post(f"/backtests/sweeps/{sweep.pk}/delete/")
    assert not BacktestSweep.objects.filter(pk=sweep.pk).exists()


def test_asked_for(finished, ann):
    there = f"{NEW}?like={finished.five}"
    page = ann.get(there).content.decode()
    assert "max positions (5)" in page
    made_at = ann.post(there, asked(finished.five)).url
    made = BacktestSweep.objects.get()
    assert made_at == f"/backtests/sweeps/{made.pk}/"
    assert made.axes == [
        {"field": "max_positions", "values": [2, 4, 6]}, {"field": "sell_conditions.0.value", "values": [5, 10]},
    ]  # fmt: skip
    assert (made.variant_count, made.owner, made.name) == (6, ann.user, "s")


@pytest.mark.parametrize(
    ("changes", "count"),
    [({}, 6), ({"method": "RANDOM", "samples": "4"}, 4), ({"axis-1-values": ""}, 3),
     ({"method": "WALK_FORWARD", "train": "1", "test": "1"}, 24)],
)  # fmt: skip
def test_counted_while_it_is_filled_in(finished, ann, changes, count):
    found = ann.post(f"{NEW}?like={finished.five}", asked(finished.five, **changes) | {"do": "check"}, **HTMX)
    assert {place: text for place, text in found.context["errors"].items() if text} == {}
    assert found.context["count"] == count
    assert not BacktestSweep.objects.exists()


@pytest.mark.parametrize(("total", "rows"), [("2", 3), ("20", 20), ("x", 1), ("9" * 5000, 1)])
def test_one_more_field(finished, ann, total, rows):
    given = asked(finished.five) | {"axis-TOTAL_FORMS": total, "do": "add"}
    assert len(ann.post(f"{NEW}?like={finished.five}", given, **HTMX).context["axes"].forms) == rows


@pytest.mark.parametrize(
    ("changes", "place", "told"),
    [
        ({"axis-0-values": "9..1"}, "axes", "from low to high"), ({"axis-0-values": "2, 2"}, "axis-0", "there twice"),
        ({"axis-0-field": "", "axis-1-field": ""}, "axes", "at least one field"),
        ({"axis-1-field": "max_positions"}, "axis-0", "twice"), ({"method": "RANDOM"}, "samples", "from 1 to 6"),
        ({"axis-0-field": "nonsense"}, "axis-0", "unknown field"), ({"samples": "x"}, "samples", "whole number"),
        ({"method": "WALK_FORWARD", "train": "0"}, "train", "months"), ({"objective": "x"}, "objective", "valid"),
        ({"axis-0-values": "1..100000", "axis-1-values": "1..9"}, "axes", "too many"),
        ({"axis-0-values": f"1..{'9' * 5000}"}, "axes", "too many"),
        ({"axis-0-values": "9" * 5000}, "axis-0", "digits"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(finished, ann, changes, place, told):
    for do in ({"do": "check"}, {}):
        found = ann.post(f"{NEW}?like={finished.five}", asked(finished.five, **changes) | do)
        assert found.status_code == 200
        assert told in found.context["errors"][place]
    assert not BacktestSweep.objects.exists()


def test_base_that_is_not_there(ann, bob):
    session = bare(owner=ann.user)
    for query in (f"?like={session.pk}", "?like=x", ""):
        assert bob.get(f"{NEW}{query}").status_code == 404


def test_as_many_queries_for_more_variants(ann, sweep):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            ann.get(f"/backtests/sweeps/{sweep.pk}/")
        return len(found)

    few = queries()
    BacktestVariant.objects.bulk_create(
        BacktestVariant(sweep=sweep, number=number, overrides={"max_positions": number}) for number in range(7, 20)
    )
    assert queries() == few
