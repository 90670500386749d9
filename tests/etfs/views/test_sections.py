"""What ETFs say on the page of an instrument and on the first page."""

import datetime as dt
import json
import re

import pytest
from django.contrib.auth.models import User

from etfs.models import CollectRun, ETFDailyStat
from market.models import Instrument
from tests.etfs.builder import composition, fund

pytestmark = pytest.mark.django_db
DAYS = [dt.date(2024, 6, day) for day in (27, 28)]


@pytest.fixture
def held():
    heavy, light = fund("KR", "069500"), fund("KR", "102110")
    composition(heavy, "2024-06-27", {"005930": 30, "000660": 70})
    composition(heavy, "2024-06-28", {"005930": 32.5, "000660": 67.5})
    composition(light, "2024-06-28", {"005930": 10, "000660": 90})
    return heavy


def test_holders_with_weights_and_changes(client, held):
    table = client.get("/holders/KR/005930/").context["tables"]["holders"]
    rows = [(row.record["ticker"], float(row.record["weight"])) for row in table.paginated_rows]
    assert rows == [("069500", 32.5), ("102110", 10.0)]
    assert float(next(iter(table.paginated_rows)).record["weight_change"]) == 2.5
    text = client.get("/holders/KR/005930/", {"export": "csv", "table": "holders"}).getvalue().decode()
    assert text.splitlines()[1].startswith("069500,Fund 069500,32.5,2.5")


def test_weights_over_time(client, held):
    page = client.get("/holder-weights/KR/005930/", HTTP_HX_REQUEST="true").content.decode()
    figure = json.loads(re.search(r'id="holder-weights-chart-figure" type="application/json">(.*?)</script>', page)[1])
    assert (figure["data"][0]["name"], figure["data"][0]["y"]) == ("069500", [30.0, 32.5])


def test_the_section_is_there_for_what_is_held_and_for_funds(client, held):
    assert 'hx-get="/holders/KR/005930/"' in client.get("/instruments/KR/005930/").content.decode()
    assert 'href="/etfs/KR/069500/"' in client.get("/instruments/KR/069500/").content.decode()
    Instrument.objects.create(region="KR", ticker="999999", currency="KRW")
    assert "/holders/" not in client.get("/instruments/KR/999999/").content.decode()


def test_the_largest_flows_of_the_first_page(client, held):
    assert "collect_etfs" in client.get("/").content.decode()
    for day, flow in zip(DAYS, (5e9, -2e9), strict=True):
        ETFDailyStat.objects.create(etf=held, date=day, net_flow=flow)
    page = client.get("/").content.decode()
    assert ">₩3B<" in page
    assert 'href="/etfs/KR/069500/"' in page


def test_collections_for_who_may_see_them(client):
    run = CollectRun.objects.create(source="krx", kind="holdings", region="KR", state="FAILED", message="no answer")
    CollectRun.objects.create(source="ark", kind="holdings", region="US", state="DONE", stored=3)
    client.force_login(User.objects.create_user("ann"))
    assert "/collections/" not in client.get("/data/").content.decode()
    assert client.get("/collections/").context["tables"]["collections"].total == 0
    client.force_login(User.objects.create_superuser("chief"))
    assert 'hx-get="/collections/"' in client.get("/data/").content.decode()
    table = client.get("/collections/", {"state": "FAILED"}).context["tables"]["collections"]
    assert [row.record.pk for row in table.paginated_rows] == [run.pk]
    assert f'href="/jobs/etf_collection/{run.pk}/"' in client.get("/collections/").content.decode()
