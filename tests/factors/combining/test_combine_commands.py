"""combine_factors and save_strategy on the command line."""

import json

import numpy as np
import pytest

from factors.models import CombineRun, CompositeScore, FactorReturn, JobState, Strategy
from tests.factors.combining.scored_market import add_returns, add_scores, add_stocks, learning_market
from tests.factors.market_tables import SESSION, sessions
from tests.factors.test_commands import command

pytestmark = pytest.mark.django_db(transaction=True)
FILE = """
strategies:
  - name: mine
    region: kr
    factors: {roe: 2, beta: 1}
    combiner: optimized
    neutralise: [sector]
    universe: {conditions: [{factor: roe, field: score, operator: "<", value: 10}]}
  - {name: other, region: KR, factors: [roe]}
"""


@pytest.fixture
def market(tmp_path):
    rng = np.random.default_rng(4)
    days, stocks = sessions(200), add_stocks(12)
    for name in ("roe", "beta"):
        add_scores(name, days[-9:], stocks, rng.normal(size=(9, 12)))
    add_returns({"roe": rng.normal(0.002, 0.01, 200), "beta": rng.normal(0.001, 0.01, 200)}, days)
    file = tmp_path / "strategies.yaml"
    file.write_text(FILE)
    return file, days


def test_strategies_come_from_a_file_and_are_rewritten_by_it(market):
    file, _ = market
    out, err, code = command("save_strategy", str(file))
    assert (code, err) == (0, "")
    assert out.splitlines() == ["saved mine: optimized of 2 factors", "saved other: equal_weight of 1 factors"]
    file.write_text("name: other\nregion: KR\nfactors: [beta]\n")
    assert command("save_strategy", str(file))[2] == 0
    assert list(Strategy.objects.get(name="other").members.values_list("factor__name", flat=True)) == ["beta"]
    assert Strategy.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name: x", "a strategy needs name, region and factors"),
        ("[1]", "a strategy needs name, region and factors"),
        ("name: x\nregion: KR\nfactors: [reo]", "unknown factor 'reo'; did you mean roe"),
        ("name: x\nregion: KR\nfactors: [roe]\ncombinr: x", "combinr: unknown; did you mean combiner?"),
        ("a: [", "is not YAML"),
        ("strategies: []", "strategies.yaml has none"),
        ("[]", "strategies.yaml has none"),
        ("[" * 100_000, "is not YAML: too many levels"),
        ("name: 2024-13-01", "is not YAML: a value cannot be read: month must be in 1..12"),
        ("name: x\nregion: KR\nfactors: [roe]\nregion: US", "is not YAML: line 4: 'region' is written twice"),
        ("name: x\nregion: KR\nfactors:\n  roe: 1\n  beta: 1\n  roe: 2", "is not YAML: line 6: 'roe' is written twice"),
        ('name: "x\\0"\nregion: KR\nfactors: [roe]', "name: 1 to 64 letters"),
        ('name: x\ndescription: "a\\0b"\nregion: KR\nfactors: [roe]', "description: must be a text"),
    ],
)
def test_files_that_cannot_be(market, text, why):
    file, _ = market
    file.write_text(text)
    _, err, code = command("save_strategy", str(file))
    assert (code, why in err) == (2, True), err
    assert not Strategy.objects.exists()


def test_a_file_with_one_mistake_saves_nothing(market):
    file, _ = market
    file.write_text(FILE.replace("[roe]", "[reo]"))
    assert command("save_strategy", str(file))[2] == 2
    assert not Strategy.objects.exists()
    assert command("save_strategy", "/nonexistent.yaml")[2] == 2


def test_combining_shows_weights_and_the_best(market):
    file, days = market
    command("save_strategy", str(file))
    out, err, code = command("combine_factors", "--strategy", "mine", "--from", str(days[-9]), "--top", "3")
    assert code == 0, err
    assert "weights of mine (optimized)" in out
    assert "best of mine on 2024-06-28" in out
    assert "108 scores from 2024-06-18 to 2024-06-28" in out
    best = CompositeScore.objects.filter(date=SESSION).order_by("rank")[:4]
    assert [row.instrument.ticker in out for row in best] == [True, True, True, False]


def test_as_json(market):
    command("save_strategy", str(market[0]))
    out, _, code = command("combine_factors", "--strategy", "other", "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["strategy"], told["state"], told["score_count"]) == ("other", "DONE", 12)
    assert told["weights"][0]["weights"] == {"roe": 1.0}
    assert told["warnings"] == ["one factor: the composite is the score of roe on a scale of 0 to 100"]
    assert [row["rank"] for row in told["top"]] == list(range(1, 11))


def test_a_fallback_is_shown(market):
    FactorReturn.objects.update(value=-0.01)
    command("save_strategy", str(market[0]))
    out, _, code = command("combine_factors", "--strategy", "mine")
    assert code == 0
    assert "! equal weight on 1 of 1 sessions, the last 2024-06-28: no factor has a positive mean return" in out


def test_models_are_shown(tmp_path):
    _, days, _ = learning_market(30, 160)
    file = tmp_path / "ml.yaml"
    options = "{min_sessions: 60, trees: 10}"
    file.write_text(f"name: ml\nregion: KR\nfactors: [roe, beta]\ncombiner: machine_learning\noptions: {options}\n")
    command("save_strategy", str(file))
    out, err, code = command("combine_factors", "--strategy", "ml", "--from", str(days[-60]))
    assert code == 0, err
    assert "models" in out
    assert "2024-06-03" in out


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["--strategy", "mind"], 2, "did you mean mine?"),
        (["--strategy", "mine", "--date", "2010-01-04"], 2, "is before the first factor scores of KR"),
        (["--strategy", "mine", "--date", "2024-06-22"], 2, "there is no session"),
        (["--resume", "99999"], 2, "run: no combine run #99999"),
    ],
)
def test_errors(market, arguments, code, why):
    command("save_strategy", str(market[0]))
    _, err, left = command("combine_factors", *arguments)
    assert (left, why in err) == (code, True), err
    assert not CompositeScore.objects.exists()


def test_taking_up_again(market):
    command("save_strategy", str(market[0]))
    command("combine_factors", "--strategy", "mine")
    CombineRun.objects.update(state=JobState.INTERRUPTED, done_through=None, score_count=0, weights=[])
    out, err, code = command("combine_factors", "--resume", str(CombineRun.objects.get().pk))
    assert code == 0, err
    assert "12 scores" in out
    _, err, code = command("combine_factors", "--resume", str(CombineRun.objects.get().pk))
    assert (code, "is DONE" in err) == (2, True)
