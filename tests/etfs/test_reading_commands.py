"""The commands that read: tables that fit, JSON, exit codes 0 found, 1 not there, 2 asked wrongly."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from rich.cells import cell_len

from etfs.models import ETF
from market.models import CorporateAction, Instrument
from tests.etfs.builder import composition, daily, fund, line, stock

pytestmark = pytest.mark.django_db


def command(name: str, *arguments: str) -> tuple[str, str, int]:
    """(stdout, stderr, exit code)"""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as leave:
        return out.getvalue(), err.getvalue(), leave.code
    return out.getvalue(), err.getvalue(), 0


@pytest.fixture
def kodex() -> ETF:
    stock("KR", "005930", name="삼성전자")
    stock("KR", "000660", name="SK하이닉스")
    made = fund("KR", "069500", name="KODEX 200", assets=5e12, expense_ratio="0.150000", issuer="삼성자산운용")
    composition(made, "2024-06-27", {"005930": 60, "000660": 30, "035420": 10})
    held = [
        line("005930", 62, 1, shares=100, market_value=8_000_000),
        line("000660", "37.5", 2),
        line("cash", "0.5", 3),
    ]
    composition(made, "2024-06-28", held)
    return made


# --- show_etf -------------------------------------------------------------------------------------------------------


def test_show_etf(kodex: ETF) -> None:
    out, _, code = command("show_etf", "069500", "--top", "2")
    assert code == 0
    assert "KR:069500  KODEX 200" in out
    assert "5.00tn KRW" in out
    assert "0.15 % a year" in out
    assert "Held on 2024-06-28 (csv, 3 lines, 100.00 %)" in out
    rows = [row.split() for row in out.splitlines() if "KR:00" in row]
    assert rows == [
        ["1", "KR:005930", "삼성전자", "62.00", "+2.00", "100", "8.00m"],
        ["2", "KR:000660", "SK하이닉스", "37.50", "+7.50", "-", "-"],
    ]


def test_an_instrument_of_which_nothing_was_loaded_as_a_fund(kodex: ETF) -> None:
    Instrument.objects.create(region="US", ticker="VTI", asset_type=Instrument.AssetType.ETF)
    _, err, code = command("show_etf", "vti")
    assert (code, err) == (1, "vti is known (US:VTI), but nothing was loaded of it as an ETF\n")
    assert "known as Common stock (KR:005930)" in command("show_etf", "005930")[1]
    assert command("show_etf", "NONE")[1] == "no ETF 'NONE'\n"


def test_korean_names_align(kodex: ETF) -> None:
    out, _, _ = command("show_etf", "069500")
    ends = {cell_len(row.rstrip()) for row in out.splitlines() if "KR:00" in row}
    assert len(ends) == 1


def test_show_etf_as_of(kodex: ETF) -> None:
    out, _, _ = command("show_etf", "069500", "--as-of", "2024-06-27", "--json")
    found = json.loads(out)
    assert found["composition"]["as_of_date"] == "2024-06-27"
    assert [row["weight"] for row in found["composition"]["lines"]] == ["60", "30", "10"]
    assert found["fund"]["symbol"] == "KR:069500"
    out, _, code = command("show_etf", "069500", "--as-of", "2024-01-01")
    assert (code, "no composition up to 2024-01-01" in out) == (0, True)
    out, _, _ = command("show_etf", "069500", "--as-of", "2024-01-01", "--json")
    assert json.loads(out)["composition"] is None


def test_what_is_flagged_says_so(kodex: ETF) -> None:
    doubted = fund("KR", "102110")
    composition(doubted, "2024-06-28", {"005930": 60})
    out, _, code = command("show_etf", "102110")
    assert (code, "FLAGGED: the weights add up to 60 %" in out) == (0, True)


def test_a_fund_nobody_knows(kodex: ETF) -> None:
    assert command("show_etf", "999999")[1:] == ("no ETF '999999'\n", 1)


def test_two_regions_ask_back(kodex: ETF) -> None:
    fund("US", "AAA")
    fund("HK", "AAA")
    out, err, code = command("show_etf", "AAA")
    assert (out, code) == ("", 2)
    assert "  HK:AAA\n  US:AAA" in err
    assert command("show_etf", "hk:aaa")[2] == 0


def test_a_date_that_is_none(kodex: ETF) -> None:
    with pytest.raises(CommandError, match="is not a date"):
        command("show_etf", "069500", "--as-of", "yesterday")


# --- show_holders, changes, flows, overlap --------------------------------------------------------------------------


def test_show_holders(kodex: ETF) -> None:
    other = fund("US", "EWY")
    composition(other, "2024-06-20", [line("005930", 22, listing="KR"), line("cash", 78, 2)])
    out, _, code = command("show_holders", "005930")
    assert code == 0
    assert "Funds that hold KR:005930 삼성전자: 2" in out
    rows = [(row.split()[0], row.partition("2024-06-")[2].split()) for row in out.splitlines() if "2024" in row]
    assert [(name, *figures[3:5]) for name, figures in rows] == [
        ("KR:069500", "62.00", "+2.00"), ("US:EWY", "22.00", "-")
    ]  # fmt: skip
    out, _, _ = command("show_holders", "005930", "--region", "us", "--json")
    assert [row["ticker"] for row in json.loads(out)["holders"]] == ["EWY"]
    assert "the first 1 of 2 (--top 0 shows all)" in command("show_holders", "005930", "--top", "1")[0]
    assert "no fund holds KR:035420" in command("show_holders", "035420", "--as-of", "2024-06-01")[0]
    assert command("show_holders", "NOBODY")[2] == 1


def test_show_holders_says_how_old_rows_are(kodex: ETF) -> None:
    composition(fund("US", "EWY"), "2024-06-20", [line("005930", 22, listing="KR"), line("cash", 78, 2)])
    out, _, _ = command("show_holders", "005930", "--as-of", "2024-06-28")
    assert [row.split("2024-06-")[1].split()[1:3] for row in out.splitlines() if ":" in row and "2024-06-" in row] == [
        ["0", "62.00"], ["6", "stale"],
    ]  # fmt: skip
    assert "stale: more than five (--max-age 5 leaves them out)" in out
    out, _, _ = command("show_holders", "005930", "--as-of", "2024-06-28", "--max-age", "5")
    assert ("KR:069500" in out, "US:EWY" in out, "stale" in out) == (True, False, False)
    out, _, _ = command("show_holders", "005930", "--as-of", "2024-06-27", "--json")
    told = [(row["ticker"], row["sessions_old"], row["freshness"]) for row in json.loads(out)["holders"]]
    assert told == [("069500", 0, "fresh"), ("EWY", 5, "ageing")]


def test_show_changes(kodex: ETF) -> None:
    out, _, code = command("show_etf_changes", "069500")
    assert code == 0
    assert "KR:069500 KODEX 200: 2024-06-27 to 2024-06-28" in out
    assert "1 dropped" in out
    assert [row.split()[0] for row in out.splitlines() if "KR:0" in row][1] == "dropped"
    found = json.loads(command("show_etf_changes", "069500", "--json", "--held")[0])
    assert (found["from"], found["to"], len(found["changes"])) == ("2024-06-27", "2024-06-28", 4)
    assert command("show_etf_changes", "069500", "--from", "2024-06-28", "--to", "2024-06-27")[2] == 2
    assert command("show_etf_changes", "069500", "--to", "2024-06-27")[2] == 1


def test_a_split_is_told() -> None:
    arkk, tesla = fund("US", "ARKK"), stock("US", "TSLA")
    composition(arkk, "2022-08-24", [line("TSLA", 100, shares=1000, market_value=900)])
    composition(arkk, "2022-08-25", [line("TSLA", 100, shares=3000, market_value=900)])
    CorporateAction.objects.create(instrument=tesla, ex_date="2022-08-25", kind="SPLIT", ratio=3.0)
    out, _, _ = command("show_etf_changes", "ARKK", "--held")
    assert "US:TSLA split: 3 shares for one, taken into account" in out
    assert "1 held" in out


def test_show_flows(kodex: ETF) -> None:
    daily(kodex, "2024-06-26", total_assets=1e12)
    daily(kodex, "2024-06-27", total_assets=1e12, net_flow=2e10)
    out, _, code = command("show_etf_flows", "--region", "KR", "--from", "2024-06-27", "--to", "2024-06-28")
    assert code == 0
    assert "Net flows in KR, 2024-06-27 to 2024-06-28" in out
    assert "+20.00bn" in out
    assert "+2.00" in out
    assert "Most came into" in out
    assert "Most left" not in out
    assert json.loads(command("show_etf_flows", "--json")[0])["signal"] == "STABLE"
    assert "no fund has a flow" in command("show_etf_flows", "--from", "2023-01-01", "--to", "2023-01-31")[0]
    assert "category: unknown 'WRONG'" in command("show_etf_flows", "--category", "wrong")[1]
    assert command("show_etf_flows", "--from", "2024-06-28", "--to", "2024-06-27")[2] == 2


def test_show_overlap(kodex: ETF) -> None:
    for ticker, share in (("102110", 50), ("148020", 80)):
        composition(fund("KR", ticker), "2024-06-28", {"005930": share, "cash": 100 - share})
    out, _, code = command("show_etf_overlap", "069500", "102110")
    assert code == 0
    assert "50.00 % in common, 1 stocks" in out
    out, _, _ = command("show_etf_overlap", "069500", "102110", "148020")
    assert "62.0 (1)" in out
    found = json.loads(command("show_etf_overlap", "069500", "102110", "148020", "--json")[0])
    assert found["percent"][0][1:] == [50.0, 62.0]
    assert json.loads(command("show_etf_overlap", "069500", "102110", "--json")[0])["overlap_percent"] == 50.0
    assert command("show_etf_overlap", "069500")[1:] == ("give two funds or more\n", 2)


# --- look_through ---------------------------------------------------------------------------------------------------


def test_look_through_words(kodex: ETF) -> None:
    out, _, code = command("look_through", "069500=600", "KR:005930=400", "--as-of", "2024-06-28")
    assert code == 0
    assert "KR:005930" in out
    assert "77.20" in out  # 40 + 60 x 62 %
    assert "direct 40.00, KR:069500 37.20" in out
    assert "covered 100.00 %, not covered 0.00 %" in out


def test_look_through_a_file(kodex: ETF, tmp_path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text('\ufeffTicker,Region,Amount\n069500,KR,"1,000"\n', encoding="utf-8")
    found = json.loads(command("look_through", str(path), "--json")[0])
    assert found["rows"][0]["percent"] == pytest.approx(62.0)
    assert {row["currency"] for row in found["by"]["currency"]} >= {"KRW"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["069500"], "'069500' is neither SYMBOL=AMOUNT nor a .csv file"),
        (["069500=much"], "'much' is not an amount"),
        (["NOBODY=1"], "no instrument 'NOBODY'"),
        (["gone.csv"], "gone.csv: cannot be read"),
        (["069500=nan"], "positions"),
        (["069500=-5"], "positions"),
    ],
)
def test_positions_that_cannot_be(kodex: ETF, words: list[str], told: str) -> None:
    out, err, code = command("look_through", "--", *words)
    assert (out, code) == ("", 2)
    assert told in err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "needs the columns symbol and amount; it has a, b"),
        ("symbol,amount\n069500,x\n", "mine.csv row 1: 'x' is not an amount"),
        ("symbol,amount\n069500\n", "mine.csv row 1"),
        ("", "it has none"),
    ],
)
def test_files_that_cannot_be(kodex: ETF, tmp_path, text: str, told: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    _, err, code = command("look_through", str(path))
    assert code == 2
    assert told in err


def test_an_ambiguous_position_names_the_choices(kodex: ETF) -> None:
    Instrument.objects.create(region="US", ticker="005930", currency="USD")
    _, err, code = command("look_through", "005930=1")
    assert (code, "KR:005930" in err) == (2, True)
