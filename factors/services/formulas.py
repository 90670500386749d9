"""Factors that users write: saved when they make sense, and never two meanings under one name.

The scores of a factor are all of one definition. So when what a formula says changes (its text, its direction, or the
text of a formula it names), the entry of the catalogue that holds its scores so far is renamed ``name~1`` (~2, ...),
and the name begins anew, without scores. Nothing is deleted; strategies go on with the new one.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction

from factors import store
from factors.engine import cross_section
from factors.formulas import FUNCTIONS, SERIES, FormulaError, FormulaFactor, Terms, Vocabulary, compiled
from factors.formulas.grammar import canonical
from factors.formulas.plan import Plan
from factors.formulas.vocabulary import WORDS
from factors.models import Factor, FactorFormula, Strategy, StrategyFactor
from factors.services.catalogue import panel_lookback, vocabulary
from factors.services.runs import session_resolve
from market.models import Instrument
from market.panel import FieldUnavailable
from market.regions import region_get
from market.store.panels import read_panel
from market.texts import is_storable

NOT_REASONS = ("scored", "valued", "not_in_universe", "small_cross_section")  # for which there is no value
NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 56  # leaves room for ~ and a number


class FormulaRefused(ValueError):
    """``field`` (name, formula, direction, region), ``reason``; ``position``: the character of the formula, from 1."""

    def __init__(self, field: str, reason: str, position: int | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason, self.position = field, reason, position


@dataclass(frozen=True)
class Checked:
    """What a formula that makes sense is made of."""

    bars: int
    series: list[str]
    figures: list[str]
    factors: list[str]
    formulas: list[str]


def formula_check(*, formula: str, name: str = "") -> Checked:
    """What a formula needs; FormulaRefused with the place of the mistake. ``name``: what it is, or will be, called."""
    plan = _plan(formula, _words_without(name), name)
    return Checked(plan.bars, list(plan.series()), plan.leaves("figure"), plan.leaves("factor"), list(plan.formulas))


def formula_save(
    *, name: str, formula: str, category: str = "custom", unit: str = "ratio", direction: int = 1,
    description: str = "", is_active: bool = True, owner: User | None = None, existing: FactorFormula | None = None,
) -> FactorFormula:  # fmt: skip
    """A new formula, or ``existing`` changed (its name stays); FormulaRefused when something about it is wrong.

    Where its meaning changes, so does that of the formulas that name it: their scores so far are set apart, too.
    """
    for field, text in (("category", category), ("unit", unit), ("description", description)):
        if not is_storable(text):
            raise FormulaRefused(field, f"{text!r} has a character that is none")
        longest: int | None = getattr(FactorFormula._meta.get_field(field), "max_length", None)
        if longest is not None and len(text) > longest:
            raise FormulaRefused(field, f"at most {longest} characters, not {len(text)}")
    with transaction.atomic():
        store.formulas_lock(to_change=True)
        rows = {row.name: row for row in FactorFormula.objects.all()}
        changed = formula_validate(name=name, formula=formula, direction=direction, existing=existing)
        _retire(changed)
        row = rows.get(name) or FactorFormula(name=name, owner=owner)
        row.formula, row.category, row.unit, row.direction = formula.strip(), category, unit, direction
        row.description, row.is_active = description, is_active
        row.save()
    return row


def formula_validate(
    *, name: str, formula: str, direction: int = 1, existing: FactorFormula | None = None
) -> list[str]:  # fmt: skip
    """FormulaRefused when it cannot be saved; else the formulas whose meaning changes: it, and those that name it."""
    rows = {row.name: row for row in FactorFormula.objects.all()}
    _check_name(name, existing, rows)
    if direction not in FactorFormula.Direction.values:
        raise FormulaRefused("direction", f"must be 1 or -1, not {direction}")
    before = rows.get(name)
    if before and canonical(before.formula) == canonical(formula):
        return [] if before.direction == direction else [name]
    words = vocabulary(())
    texts = {row.name: row.formula for row in rows.values()} | {name: formula}
    words = Vocabulary(words.factors, texts, words.fields)
    _plan(formula, words, name)
    return [name, *_users(name, words)]


def formula_delete(*, formula: FactorFormula) -> None:
    """Forget a formula; its scores stay under ``name~1``. FormulaRefused while a strategy or a formula uses it."""
    with transaction.atomic():
        store.formulas_lock(to_change=True)
        if uses := formula_uses(formula=formula):
            raise FormulaRefused("name", f"{formula.name} is {' and '.join(uses)}")
        _retire([formula.name], keep_name=False)
        formula.delete()


def formula_uses(*, formula: FactorFormula) -> list[str]:
    """Why it cannot be deleted; empty when it can."""
    members = StrategyFactor.objects.filter(factor__name=formula.name).values_list("strategy__name", flat=True)
    universes = Strategy.objects.filter(universe__conditions__contains=[{"factor": formula.name}])
    strategies = sorted({*members, *universes.values_list("name", flat=True)})
    named = _users(formula.name, vocabulary())
    return [f"used by the strategies {', '.join(strategies)}"] * bool(strategies) + [
        f"named by the formulas {', '.join(named)}"
    ] * bool(named)


def formula_problems() -> dict[str, str]:
    """Why stored formulas are not computed, by name: what they name is gone, or the library has their name now."""
    words, found = vocabulary(), {}
    for name, text in words.formulas.items():
        try:
            compiled(text, words, name)
        except FormulaError as error:
            found[name] = str(error)
        if name in words.factors:
            found[name] = "the library has a factor of this name now: save the formula under another one"
    return found


def formula_try(*, formula: str, region: str, count: int = 10, name: str = "") -> dict[str, Any]:
    """The formula over the region's latest session, not stored: who has a value, why others do not, the highest."""
    words = _words_without(name)
    factor = FormulaFactor(Terms(name or "formula", formula), _plan(formula, words, name), words)
    try:
        code = region_get(region).code
        day = session_resolve(region=code, date=None)
        panel, _ = read_panel(code, day, panel_lookback([factor]), set(factor.inputs))
    except ValueError as error:  # an unknown region, or one without prices
        raise FormulaRefused("region", str(error).removeprefix("region: ")) from error
    try:
        with np.errstate(all="ignore"):
            cross = cross_section(panel, factor)
    except FieldUnavailable as error:
        raise FormulaRefused("formula", str(error)) from error
    valued = np.flatnonzero(np.isfinite(cross.value))
    best = valued[np.lexsort((panel.tickers[valued].astype(str), -cross.value[valued]))][:count]
    names = Instrument.objects.in_bulk(panel.instrument_ids[best].tolist())
    rows = [
        {"ticker": panel.tickers[i], "name": names[int(panel.instrument_ids[i])].name, "value": float(cross.value[i])}
        for i in best
    ]
    without = {why: number for why, number in cross.counts().items() if why not in NOT_REASONS}
    return {
        "region": code, "date": day, "universe": int(panel.in_universe.sum()), "valued": len(valued),
        "without": without, "top": rows,
    }  # fmt: skip


def _plan(formula: str, words: Vocabulary, name: str) -> Plan:
    try:
        return compiled(formula, words, name)
    except FormulaError as error:
        raise FormulaRefused("formula", str(error), error.position) from error


def _words_without(name: str) -> Vocabulary:
    """Everything but the formula itself: naming it is a circle, not its old text."""
    words = vocabulary()
    return Vocabulary(words.factors, {key: text for key, text in words.formulas.items() if key != name}, words.fields)


def _users(name: str, words: Vocabulary) -> list[str]:
    """The formulas that name this one, or name one that does; FormulaRefused when one of them would break."""
    found = []
    for user, text in words.formulas.items():
        if user == name:
            continue
        try:
            if name in compiled(text, words, user).formulas:
                found.append(user)
        except FormulaError as error:
            if name in error.reason:
                raise FormulaRefused("formula", f"the formula {user}, which names it, would break: {error}") from error
    return found


def _check_name(name: str, existing: FactorFormula | None, rows: dict[str, FactorFormula]) -> None:
    if existing is not None:
        if existing.name != name:
            raise FormulaRefused("name", f"stays {existing.name}: its scores are stored under it; save a new formula")
        return
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        allowed = f"a small letter, then small letters, digits and _, at most {LONGEST_NAME} in all"
        raise FormulaRefused("name", f"{name!r} is no name: {allowed}")
    words = vocabulary(())
    taken = {
        "a library factor": words.factors, "a series": SERIES, "a word of formulas": WORDS, "a function": FUNCTIONS,
        "another formula": rows,
    }  # fmt: skip
    for what, names in taken.items():
        if name in names:
            raise FormulaRefused("name", f"{name} is {what}: choose another name")
    if words.is_figure(name):
        raise FormulaRefused("name", f"{name} is a figure: choose another name")


def _retire(names: list[str], keep_name: bool = True) -> None:
    """Set the scores so far apart as ``name~k``; with ``keep_name`` strategies go on with a new entry of the name."""
    for old in Factor.objects.filter(name__in=names):
        name = old.name
        number = 1 + Factor.objects.filter(name__regex=rf"^{name}~[0-9]+$").count()
        Factor.objects.filter(pk=old.pk).update(name=f"{name}~{number}")
        if keep_name:
            new = Factor.objects.create(
                name=name, category=old.category, unit=old.unit, direction=old.direction, lookback=old.lookback
            )
            StrategyFactor.objects.filter(factor=old).update(factor=new)
