"""Which factors there are: those of the library and those that users wrote as formulas."""

from collections.abc import Iterable, Sequence

from factors import store
from factors.base import Factor
from factors.engine import Result
from factors.formulas import BrokenFormula, FormulaError, FormulaFactor, Terms, Vocabulary, compiled
from factors.models import Factor as FactorRow
from factors.models import FactorFormula
from factors.registry import all_factors, unknown_factor
from market.fields import registered_fields

CHANGED = "the formula was changed while it was computed: compute it again"
DELETED = "the formula was deleted while it was computed"


def vocabulary(formulas: Iterable[FactorFormula] | None = None) -> Vocabulary:
    """What a formula may name now: series, figures, library factors and all stored formulas (or these)."""
    rows = FactorFormula.objects.all() if formulas is None else formulas
    return Vocabulary.of(all_factors(), {row.name: row.formula for row in rows}, registered_fields())


def formulas_active() -> list[Factor]:
    """The formulas computed with the others, by name; one that makes no sense any more raises when computed."""
    rows = list(FactorFormula.objects.all())
    return _as_factors([row for row in rows if row.is_active], vocabulary(rows))


def factors_resolved(names: Sequence[str] = ()) -> list[Factor]:
    """The factors of these names, library or formula; for none all of the library and the active formulas.

    A formula that is not active is found by its name. UnknownFactor names what is close to a wrong one.
    """
    rows = list(FactorFormula.objects.all())
    words = vocabulary(rows)
    if not names:
        return [*all_factors(), *_as_factors([row for row in rows if row.is_active], words)]
    by_name = {row.name: row for row in rows}
    found: list[Factor] = []
    for name in dict.fromkeys(names):
        if name in words.factors:
            found.append(words.factors[name])
        elif name in by_name:
            found.extend(_as_factors([by_name[name]], words))
        else:
            raise unknown_factor(name, [*words.factors, *by_name])
    return found


def factor_names_check(names: Sequence[str]) -> list[str]:
    """The names, each once, if scores may be stored under them: factors that can be computed, and what was computed
    before (formulas since changed or deleted). UnknownFactor otherwise.
    """
    wanted = list(dict.fromkeys(names))
    known = {factor.name for factor in all_factors()}
    if not known.issuperset(wanted):
        known.update(
            FactorFormula.objects.values_list("name", flat=True), FactorRow.objects.values_list("name", flat=True)
        )
    for name in wanted:
        if name not in known:
            raise unknown_factor(name, known)
    return wanted


def library_sync(factors: Sequence[Factor]) -> None:
    """Write the catalogue rows of the library's factors. Call before the transaction that stores scores: a new row is
    locked until its transaction ends, and another region's first run would wait for the whole of it.
    """
    store.factors_sync([factor for factor in factors if not isinstance(factor, FormulaFactor | BrokenFormula)])


def changed_drop(factors: Sequence[Factor], result: Result) -> list[Factor]:
    """Take out of a result the formulas whose meaning was changed while they were computed, or that were deleted: these
    numbers are of the old one, and the name stands for the new. The factors whose scores may be stored.

    Within the transaction that stores them: until it ends, formulas stay as they are found here.
    """
    formulas = {f.name: f.definition() for f in factors if isinstance(f, FormulaFactor | BrokenFormula)}
    if not formulas:
        return list(factors)
    store.formulas_lock()
    stored = list(FactorFormula.objects.filter(name__in=formulas).values_list("name", flat=True))
    now = {factor.name: factor.definition() for factor in factors_resolved(stored)} if stored else {}
    changed = {name for name, meaning in formulas.items() if now.get(name) != meaning}
    result.crosses = [cross for cross in result.crosses if cross.factor.name not in changed]
    result.errors |= {name: CHANGED if name in now else DELETED for name in formulas if name in changed}
    return [factor for factor in factors if factor.name not in changed]


def panel_lookback(factors: Sequence[Factor] = ()) -> int:
    """Bars a panel must hold for ``factors`` and everything computed daily, so that one cache serves every request."""
    return max(factor.lookback for factor in (*all_factors(), *formulas_active(), *factors))


def terms_of(row: FactorFormula) -> Terms:
    return Terms(row.name, row.formula, row.category, row.unit, row.direction, row.description)


def _as_factors(rows: Sequence[FactorFormula], words: Vocabulary) -> list[Factor]:
    return [_as_factor(row, words) for row in rows if row.name not in words.factors]  # the library's name wins


def _as_factor(row: FactorFormula, words: Vocabulary) -> Factor:
    terms = terms_of(row)
    try:
        return FormulaFactor(terms, compiled(row.formula, words, row.name), words)
    except FormulaError as error:
        return BrokenFormula(terms, error)
