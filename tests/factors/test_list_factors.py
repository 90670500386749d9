"""``manage.py list_factors``."""

import io
import json

import pytest
from django.core.management import call_command

from factors.registry import UnknownFactor, all_factors
from factors.services.catalogue import factors_resolved
from factors.services.formulas import formula_save

pytestmark = pytest.mark.django_db


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("list_factors", *arguments, stdout=out, stderr=err)
    except SystemExit as left:
        return int(left.code), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_library_and_active_formulas():
    formula_save(name="trend", formula="close / mean(close, 20)")
    formula_save(name="asleep", formula="close", is_active=False)
    rows = {row["name"]: row for row in json.loads(run("--json")[1])}
    assert set(rows) == {one.name for one in all_factors()} | {"trend"}
    assert (rows["pe_ratio"]["category"], rows["pe_ratio"]["direction"]) == ("value", -1)
    assert all(row["unit"] and row["description"] for name, row in rows.items() if name != "trend")
    shown = run()[1]
    assert all(f" {name} " in shown for name in rows)


def test_one_category():
    rows = json.loads(run("--category", "value", "--json")[1])
    assert {row["category"] for row in rows} == {"value"}
    code, _, err = run("--category", "luck")
    assert (code, "unknown 'luck'; known are " in err) == (2, True)


def test_a_name_like_no_other_points_to_the_list():
    with pytest.raises(UnknownFactor, match=r"unknown factor 'per'; manage\.py list_factors shows all"):
        factors_resolved(["per"])
