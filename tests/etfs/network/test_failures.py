"""Given a source whose server misbehaves, then there is a problem of the right kind, never an empty composition."""

import pytest

from etfs.sources.base import ERROR_TYPES, SourceProblem
from tests.etfs.network.cases import CASES, Case, collected
from tests.etfs.network.conftest import KEYS
from tests.etfs.network.server import Player, answer, broken, cut_gzip, drip, file, hang_up, late

pytestmark = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
PAGE = b"<!DOCTYPE html><html><body>We will be back soon</body></html>"


def failed(case: Case, player: Player, *acts: object, **more: object) -> SourceProblem:
    with pytest.raises(SourceProblem) as caught:
        collected(case, player, *acts, **more)
    problem = caught.value
    assert problem.error_type in ERROR_TYPES
    assert not any(key in str(problem) for key in KEYS.values())
    assert problem.__cause__ is None
    return problem


def test_good_answers_packed_or_not(case: Case, player: Player) -> None:
    plain, packed = collected(case, player, answer(case.body)), collected(case, player, answer(case.body, packed=True))
    assert plain == packed
    assert plain.compositions or plain.funds or plain.stats
    assert not plain.bad_rows
    assert not any(found.bad_rows for found in plain.compositions)


def test_no_answer_in_time(case: Case, player: Player) -> None:
    assert failed(case, player, late(), retries=0, timeout=0.15).error_type == "timeout"


def test_a_drip_ends_at_the_deadline(case: Case, player: Player) -> None:
    assert failed(case, player, drip(case.body), retries=0, deadline=0.2).error_type == "timeout"


def test_no_connection(case: Case, player: Player) -> None:
    assert failed(case, player, hang_up).error_type == "connection"


@pytest.mark.parametrize("act", [broken, cut_gzip], ids=["closed in the middle", "packed bytes cut"])
def test_broken_off(case: Case, player: Player, act: object) -> None:
    assert failed(case, player, act(case.body)).error_type == "connection"


def test_cut_though_as_long_as_announced(case: Case, player: Player) -> None:
    assert failed(case, player, answer(case.body[: len(case.body) * 6 // 10])).error_type == "schema"


@pytest.mark.parametrize("status", [200, 204])
def test_empty(case: Case, player: Player, status: int) -> None:
    assert failed(case, player, answer(b"", status)).error_type == "empty"


def test_renamed_field_is_named(case: Case, player: Player) -> None:
    body = case.body.replace(case.renamed.encode(), b'"renamed"' if case.renamed.startswith('"') else b"renamed")
    problem = failed(case, player, answer(body))
    assert problem.error_type == "schema"
    assert repr(case.renamed.strip('"')) in str(problem)


def test_page_instead_of_data(case: Case, player: Player) -> None:
    # In Tokyo the page is the notice that there is no file now; Schwab's data are a page, this one has no table.
    assert failed(case, player, answer(PAGE)).error_type == ("empty" if case.source == "jpx" else "schema")


@pytest.mark.parametrize("status", [401, 403])
def test_refused_key(case: Case, player: Player, status: int) -> None:
    problem = failed(case, player, answer(b"no", status))
    assert problem.error_type == "auth"
    assert str(status) in str(problem)


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}, {"Retry-After": "soon"}], ids=str)
def test_recovers_after_one_more_try(case: Case, player: Player, status: int, headers: dict[str, str]) -> None:
    found = collected(case, player, answer(b"later", status, headers), answer(case.body))
    assert found == collected(case, player, answer(case.body))


@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit"), (500, "http"), (404, "http")])
def test_to_the_end(case: Case, player: Player, status: int, kind: str) -> None:
    problem = failed(case, player, answer(b"no", status, {"Retry-After": "1"}))
    assert problem.error_type == ("empty" if case.source == "jpx" and status == 404 else kind)  # no agent has the fund
    assert str(status) in str(problem)


def test_redirect_elsewhere_is_refused(case: Case, player: Player) -> None:
    act = answer(b"", 302, {"Location": "https://example.org/answer"})
    problem = failed(case, player, act)
    assert problem.error_type == "http"
    assert "not an address of" in str(problem)


def test_too_large(case: Case, player: Player) -> None:
    problem = failed(case, player, answer(case.body), max_bytes=max(160, len(file("kis_token.json"))))
    assert problem.error_type == "http"
    assert "more than" in str(problem)
