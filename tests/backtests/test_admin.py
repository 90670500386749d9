"""Backtests in the admin: asked for as YAML, watched, read, compared, exported, deleted."""

import io
import zipfile

import pytest
import yaml
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from backtests import tasks
from backtests.models import BacktestSession, BacktestSweep, BacktestTrade, Status
from backtests.services import config_check, orders_csv
from tests.backtests.services.tables import config
from tests.backtests.stored import bare, made_up

pytestmark = pytest.mark.django_db
FINDINGS = [
    {"code": "a", "severity": "SERIOUS", "title": "Too good <b>", "message": "Look again.", "evidence": {}},
    {"code": "b", "severity": "WARNING", "title": "Few trades", "message": "Only 3.", "evidence": {}},
    {"code": "c", "severity": "WARNING", "title": "Costs", "message": "None.", "evidence": {}},
]


def address(page: str, *args: object, model: str = "backtestsession") -> str:
    return reverse(f"admin:backtests_{model}_{page}", args=args)


def act(client: Client, action: str, *sessions: BacktestSession, model: str = "backtestsession"):
    chosen = {"action": action, "_selected_action": [one.pk for one in sessions]}
    return client.post(address("changelist", model=model), chosen)


def messages_of(client: Client, answer) -> str:
    """What the next page tells."""
    return " ".join(str(one) for one in client.get(answer["Location"]).context["messages"])


def test_the_list(boss):
    made_up(name="good one", figures={"total_return": 12.345, "sharpe_ratio": None, "trades": 1234}, findings=FINDINGS)
    bare(name="at work", status=Status.RUNNING, progress=41.7)
    page = boss.get(address("changelist"))
    text = page.content.decode()
    assert [row.name for row in page.context["cl"].result_list] == ["at work", "good one"]
    assert "RUNNING 42 %" in text
    assert "12.35" in text
    assert "1,234" in text
    assert 'title="1 serious, 2 warnings"' in text
    assert "quantsite/reload.js" in text  # one of them goes on
    BacktestSession.objects.filter(name="at work").update(status=Status.FAILED)
    assert "quantsite/reload.js" not in boss.get(address("changelist")).content.decode()


def test_the_best_first_those_without_a_figure_last(boss):
    for name, value in (("a", 1.0), ("b", None), ("c", 3.0)):
        made_up(name=name, figures={"total_return": value})
    bare(name="d")
    place = 1 + [str(getattr(one, "short_description", one)) for one in _columns(boss)].index("return %")
    rows = boss.get(address("changelist"), {"o": f"-{place}"}).context["cl"].result_list
    assert "".join(row.name for row in rows[:2]) == "ca"


def _columns(client: Client) -> list[object]:
    return [one for one in client.get(address("changelist")).context["cl"].list_display if one != "action_checkbox"]


def test_a_page_tells_everything(boss, finished):
    text = boss.get(address("change", finished.five)).content.decode()
    session = BacktestSession.objects.select_related("statistics").get(pk=finished.five)
    for told in (
        "momentum_1m value &gt; -20", "STOP_LOSS 8 %", f"{session.statistics.total_return:,.2f}", "2024-06",
        "max positions", session.statistics.findings[0]["message"], "Change and run",
        f"/backtesttrade/?session={session.pk}",
        f"/api/backtests/{session.pk}/orders.csv",
    ):  # fmt: skip
        assert told in text, told
    assert 'name="_save"' not in text


def test_a_page_of_one_that_goes_on_and_of_one_that_failed(boss):
    going, failed = bare(status=Status.RUNNING, progress=40.0, stage="computing factors"), bare(status=Status.FAILED)
    BacktestSession.objects.filter(pk=failed.pk).update(error="start: <b>wrong</b>")
    text = boss.get(address("change", going.pk)).content.decode()
    assert "computing factors 40 %" in text
    assert "quantsite/reload.js" in text
    text = boss.get(address("change", failed.pk)).content.decode()
    assert "start: &lt;b&gt;wrong&lt;/b&gt;" in text
    assert "quantsite/reload.js" not in text


def test_asked_for_as_yaml(boss, finished):
    answer = boss.post(address("add"), {"text": yaml.safe_dump(config(name="pasted", max_positions=4))})
    made = BacktestSession.objects.latest("id")
    assert (answer.status_code, answer["Location"]) == (302, address("change", made.pk))
    assert (made.name, made.status, made.owner.username) == ("pasted", "PENDING", "boss")
    assert "handed to the workers" in messages_of(boss, answer)
    assert OrmQ.objects.count() == 1
    assert tasks.run_backtest(made.pk) == "COMPLETED"


def test_an_equal_one_is_shown(boss, finished):
    written = {"text": yaml.safe_dump(config(max_positions=3))}
    answer = boss.post(address("add"), written)
    assert answer["Location"] == address("change", finished.three)
    assert "was stored" in messages_of(boss, answer)
    assert not OrmQ.objects.exists()
    boss.post(address("add"), written | {"again": "on"})
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "required"), ("just words", "must be names with values, not str"), ("a: [", "line 1"),
        ("a: 1\na: 2", "twice"), ("region: KR", "start: say from which day on"),
        ("region: KR\nstart: 2024-13-01", "cannot be read"),
        (yaml.safe_dump(config(initial_capital=0)), "initial_capital: must be above 0"),
        (yaml.safe_dump(config(order_by="reo")), "did you mean roe"), ("a: .nan\nregion: KR", "a: unknown"),
        (yaml.safe_dump(config()) + "tax: .nan", "tax: must be a number"), ("[" * 5_000, "levels"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_the_form(boss, finished, text, reason):
    before = BacktestSession.objects.count()
    answer = boss.post(address("add"), {"text": text})
    assert answer.status_code == 200
    assert reason in str(answer.context["adminform"].errors["text"])
    assert BacktestSession.objects.count() == before


def test_change_and_run_begins_with_the_configuration(boss, finished):
    text = boss.get(address("add"), {"like": finished.five}).context["adminform"].form.initial["text"]
    written = yaml.safe_load(text)
    assert list(written)[:4] == ["name", "region", "start", "end"]
    assert config_check(config=written).written == BacktestSession.objects.get(pk=finished.five).config
    for wrong in ("999999", "x", "9" * 40, "-1"):
        assert boss.get(address("add"), {"like": wrong}).status_code == 200


def test_rerun_and_cancel(boss, finished):
    session = BacktestSession.objects.get(pk=finished.five)
    act(boss, "rerun", session)
    again = BacktestSession.objects.latest("id")
    assert (again.config, again.status) == (session.config, "PENDING")
    assert "cancelled" in messages_of(boss, act(boss, "cancel", again))
    again.refresh_from_db()
    assert again.status == "CANCELLED"
    assert "there is nothing to cancel" in messages_of(boss, act(boss, "cancel", session))


def test_compare(boss, finished):
    chosen = BacktestSession.objects.filter(pk__in=(finished.five, finished.three))
    answer = act(boss, "compare", *chosen)
    page = boss.get(answer["Location"])
    assert (page.status_code, "2 backtests side by side" in page.content.decode()) == (200, True)
    assert "2 to 8 are compared, not 1" in messages_of(boss, act(boss, "compare", chosen[0]))
    assert "no result" in messages_of(boss, act(boss, "compare", chosen[0], bare()))
    for wrong, status in (("", 302), ("a,b", 302), (f"{finished.five},999999", 404), ("9" * 40, 302)):
        assert boss.get(reverse("admin:backtests_compare"), {"ids": wrong}).status_code == status


def test_the_report(boss, finished):
    page = boss.get(reverse("admin:backtests_report", args=[finished.five]))
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert boss.get(reverse("admin:backtests_report", args=[bare().pk])).status_code == 404


def test_orders(boss, finished):
    five, three = (BacktestSession.objects.get(pk=pk) for pk in (finished.five, finished.three))
    assert act(boss, "orders", five).content.decode() == orders_csv(session=five)
    packed = zipfile.ZipFile(io.BytesIO(act(boss, "orders", five, three).content))
    assert packed.namelist() == [f"backtest-{pk}-orders.csv" for pk in sorted((five.pk, three.pk))]
    assert packed.read(f"backtest-{three.pk}-orders.csv").decode() == orders_csv(session=three)
    assert "has no result" in messages_of(boss, act(boss, "orders", bare()))


def test_deleting(boss):
    ended, going = made_up(), bare(status=Status.RUNNING)
    assert "cancel it first" in boss.get(address("delete", going.pk)).content.decode()
    boss.post(address("delete", going.pk), {"post": "yes"})
    boss.post(address("delete", ended.pk), {"post": "yes"})
    assert list(BacktestSession.objects.filter(pk__in=(ended.pk, going.pk))) == [going]


def test_rows_of_one_backtest(boss, finished):
    for model in ("backtesttrade", "backtestsnapshot", "backtestholding", "backtestevent"):
        page = boss.get(address("changelist", model=model), {"session": finished.five})
        rows = page.context["cl"].result_list
        assert {row.session_id for row in rows} == {finished.five}, model
        assert "backtest" not in page.context["cl"].list_display
        assert boss.get(address("change", rows[0].pk, model=model)).status_code == 200
        assert boss.get(address("changelist", model=model), {"session": "x"}).context["cl"].result_count == 0
    trade = BacktestTrade.objects.filter(session=finished.five).first()
    text = boss.get(address("change", trade.pk, model="backtesttrade")).content.decode()
    assert f"on {trade.factors['as_of']}" in text
    assert "momentum_1m" in text


def test_sweeps_and_variants(boss):
    axes = [{"field": "max_positions", "values": [5, 10]}]
    sweep = BacktestSweep.objects.create(
        name="slots", config=config(), axes=axes, status=Status.RUNNING, progress=50.0, variant_count=2
    )
    for number, (slots, ratio) in enumerate(((5, 0.5), (10, 1.25)), start=1):
        sweep.variants.create(
            number=number, overrides={"max_positions": slots}, objective=ratio, status=Status.COMPLETED,
            figures={"sharpe_ratio": ratio},
        )  # fmt: skip
    sweep.variants.create(number=3, overrides={"max_positions": 77}, status=Status.FAILED, error="bad")
    sweep.variants.create(number=4, overrides={"max_positions": 88})
    text = boss.get(address("change", sweep.pk, model="backtestsweep")).content.decode()
    assert "max positions 77" not in text  # neither those that failed nor those that wait are among the best
    assert "max positions 88" not in text
    assert "Every combination" in text
    assert "quantsite/reload.js" in text  # it goes on
    assert "5, 10" in text
    assert text.index("max positions 10") < text.index("max positions 5")  # the best first
    rows = boss.get(address("changelist", model="backtestvariant"), {"sweep": sweep.pk}).context["cl"].result_list
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert boss.get(address("change", rows[0].pk, model="backtestvariant")).status_code == 200
    assert "cancelled" in messages_of(boss, act(boss, "cancel", sweep, model="backtestsweep"))
    sweep.refresh_from_db()
    assert sweep.status == "CANCELLED"
    report = reverse("backtest-sweep-report", args=[sweep.pk])
    assert report not in text  # while it went on
    assert report in boss.get(address("change", sweep.pk, model="backtestsweep")).content.decode()


def test_deleting_sweeps(boss, client):
    going, done = (BacktestSweep.objects.create(name=name, config=config(), status=status)
                   for name, status in (("at it", Status.RUNNING), ("over", Status.COMPLETED)))  # fmt: skip
    done.variants.create(number=1, overrides={})
    page = address("delete", going.pk, model="backtestsweep")
    assert "is RUNNING: cancel it first" in boss.get(page).content.decode()
    boss.post(page, {"post": "yes"})
    assert BacktestSweep.objects.count() == 2
    chosen = {"action": "delete_selected", "_selected_action": [done.pk], "post": "yes"}
    assert boss.post(address("changelist", model="backtestsweep"), chosen).status_code == 302
    assert list(BacktestSweep.objects.all()) == [going]
    client.force_login(User.objects.create_user("staff", password="a long secret", is_staff=True))
    assert client.post(page, {"post": "yes"}).status_code == 403


def test_permissions(client, finished):
    user = User.objects.create_user("staff", password="a long secret", is_staff=True)
    client.force_login(user)
    pages = (address("changelist"), address("add"), reverse("admin:backtests_report", args=[finished.five]))
    assert {client.get(page).status_code for page in pages} == {403}
    assert (
        client.get(reverse("admin:backtests_compare"), {"ids": f"{finished.five},{finished.three}"}).status_code == 403
    )
    user.user_permissions.add(Permission.objects.get(codename="view_backtestsession"))
    assert [client.get(page).status_code for page in pages] == [200, 403, 200]
    before = BacktestSession.objects.count()
    act(client, "rerun", BacktestSession.objects.get(pk=finished.five))
    assert BacktestSession.objects.count() == before
