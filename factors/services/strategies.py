"""Strategies: defined, checked, copied. Combining them is in ``combine``."""

import dataclasses
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from factors import store
from factors.combiners import Combiner, OptionError, UnknownCombiner, combiner_named
from factors.combiners.options import options_check
from factors.engine import NEUTRALISATIONS
from factors.formulas import FormulaFactor
from factors.models import Factor, FactorFormula, Strategy, StrategyFactor
from factors.registry import UnknownFactor
from factors.services.catalogue import factors_resolved
from factors.services.given import number_given
from factors.services.universes import StrategyError, conditions_of, universe_check
from market.models.owned import Reader
from market.regions import region_get
from market.texts import is_storable

MOST_WEIGHT = 1e15
NAME = re.compile(r"\w[\w .+-]{0,63}")
WRITTEN = ("name", "region", "factors", "combiner", "options", "universe", "neutralise", "description", "is_active")


@dataclass(frozen=True)
class Definition:
    """What decides a strategy's scores, checked: factors with weights, combiner with all its options (and which of them
    were ``given``), universe, and what those factors mean, its conditions' included, that are formulas.
    """

    region: str
    factors: dict[str, float]
    combiner: str
    options: dict[str, Any]
    universe: dict[str, Any]
    neutralise: list[str]
    formulas: dict[str, str]
    given: list[str]

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def build(self) -> Combiner:
        """The combiner, ready to fit."""
        return combiner_named(self.combiner)(tuple(self.factors), np.array(list(self.factors.values())), self.options)

    def note(self) -> str:
        """What one should know about it, if anything."""
        if len(self.factors) > 1:
            return ""
        return f"one factor: the composite is the score of {next(iter(self.factors))} on a scale of 0 to 100"


def strategy_check(
    *, region: str, factors: Any, combiner: str = "equal_weight", options: Any = None, universe: Any = None,
    neutralise: Any = (),
) -> Definition:  # fmt: skip
    """The definition, checked; StrategyError names the field and the reason.

    ``factors``: names, or names with weights (those count for ``fixed_weight``).
    """
    try:
        code = region_get(str(region)).code
    except ValueError as error:
        raise StrategyError(f"region: {error}") from error
    weights = _weights(factors)
    try:
        kind = combiner_named(str(combiner))
        chosen = options_check(kind.options, options or {})
    except UnknownCombiner as error:
        raise StrategyError(f"combiner: {error}") from error
    except OptionError as error:
        raise StrategyError(str(error)) from error
    if len(weights) < kind.min_factors:
        raise StrategyError(
            f"factors: {combiner} needs at least {kind.min_factors} factors to weigh, there is one;"
            " equal_weight shows one factor's score from 0 to 100"
        )
    members = universe_check(universe={} if universe is None else universe, region=code)
    return Definition(
        code, weights, combiner, chosen, members, _neutralise(neutralise),
        _meanings([*weights, *(condition.factor for condition in conditions_of(members))]), sorted(options or {}),
    )  # fmt: skip


def _weights(factors: Any) -> dict[str, float]:
    """Names with weights, by name."""
    if isinstance(factors, str) or not isinstance(factors, Iterable):
        raise StrategyError(f"factors: must be a list of names, or names with weights, not {factors!r}")
    pairs = list(factors.items()) if isinstance(factors, Mapping) else [(name, 1.0) for name in factors]
    if not pairs:
        raise StrategyError("factors: a strategy needs at least one")
    names = [str(name) for name, _ in pairs]
    try:
        factors_resolved(names)
    except UnknownFactor as error:
        raise StrategyError(f"factors: {error}") from error
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise StrategyError(f"factors: {twice[0]} is there twice")
    for name, weight in pairs:
        number = number_given(weight)
        if number is None or not 0 <= number <= MOST_WEIGHT:
            raise StrategyError(f"factors: the weight of {name} must be a number from 0 to 1e15, not {weight!r}")
    if not sum(float(weight) for _, weight in pairs) > 0:
        raise StrategyError("factors: every weight is 0")
    return {str(name): float(weight) for name, weight in sorted(pairs)}


def _meanings(names: Iterable[str]) -> dict[str, str]:
    """The definitions of those that are formulas: a changed formula is another strategy's score. (A condition may name
    one whose formula is gone: its scores of before can still be looked at.)
    """
    stored = FactorFormula.objects.filter(name__in=list(names)).values_list("name", flat=True)
    found = factors_resolved(list(stored)) if stored else []
    return {factor.name: factor.definition() for factor in found if isinstance(factor, FormulaFactor)}


def _neutralise(asked: Any) -> list[str]:
    if asked is None:
        return []
    if isinstance(asked, str) or not isinstance(asked, Iterable):
        raise StrategyError(f"neutralise: must be a list of {' and/or '.join(NEUTRALISATIONS)}, not {asked!r}")
    given = list(asked)
    wrong = [name for name in given if name not in NEUTRALISATIONS]
    if wrong:
        raise StrategyError(f"neutralise: unknown {wrong[0]!r}: use {' and/or '.join(NEUTRALISATIONS)}")
    return [name for name in NEUTRALISATIONS if name in given]


def strategy_save(
    *, name: str, region: str, factors: Any, combiner: str = "equal_weight", options: Any = None, universe: Any = None,
    neutralise: Any = (), description: str = "", is_active: bool = True, owner: User | None = None,
    strategy: Strategy | None = None,
) -> Strategy:  # fmt: skip
    """Create a strategy, or rewrite ``strategy``; StrategyError names field and reason.

    Scores stay until the next combination, which replaces all of an earlier definition.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise StrategyError(f"name: 1 to 64 letters, digits, spaces and . + - _, not {name!r}")
    taken = StrategyError(f"name: there is a strategy {name!r} already")
    others = Strategy.objects.filter(name=name)
    if (others.exclude(pk=strategy.pk) if strategy else others).exists():
        raise taken
    if not isinstance(description, str) or not is_storable(description):
        raise StrategyError(f"description: must be a text, not {description!r}")
    if not isinstance(is_active, bool):
        raise StrategyError(f"is_active: must be true or false, not {is_active!r}")
    found = strategy_check(
        region=region, factors=factors, combiner=combiner, options=options, universe=universe, neutralise=neutralise
    )
    if strategy and strategy.region != found.region:
        raise StrategyError(f"region: {strategy.name} is a strategy of {strategy.region}: make another one")
    given = {key: found.options[key] for key in found.given}
    columns = {
        "name": name, "region": found.region, "combiner": combiner, "options": given, "universe": found.universe,
        "neutralise": found.neutralise, "description": description, "is_active": is_active,
    }  # fmt: skip
    with transaction.atomic():
        ids = store.factors_sync(factors_resolved(list(found.factors)))
        row = strategy or Strategy(owner=owner)
        for column, value in columns.items():
            setattr(row, column, value)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:  # somebody took the name a moment ago
            raise taken from error
        row.members.all().delete()
        members = [StrategyFactor(strategy=row, factor_id=ids[one], weight=w) for one, w in found.factors.items()]
        StrategyFactor.objects.bulk_create(members)
    return row


def strategies_define(*, data: Any) -> list[Strategy]:
    """Create or rewrite the strategies of a file: one, a list, or a list under ``strategies``; all of them or none."""
    inner = data.get("strategies", data) if isinstance(data, Mapping) else data
    written = inner if isinstance(inner, list) else [inner]
    with transaction.atomic():
        return [_define(one) for one in written]


def _define(one: Any) -> Strategy:
    if not isinstance(one, Mapping) or not {"name", "region", "factors"} <= set(one):
        raise StrategyError("a strategy needs name, region and factors")
    for key in one:
        if key not in WRITTEN:
            close = difflib.get_close_matches(str(key), WRITTEN, n=1)
            raise StrategyError(f"{key}: unknown; {f'did you mean {close[0]}?' if close else ', '.join(WRITTEN)}")
    name = one["name"]
    is_name = isinstance(name, str) and is_storable(name)
    return strategy_save(**one, strategy=Strategy.objects.filter(name=name).first() if is_name else None)


def strategy_get(*, name: str, user: Reader | None = None) -> Strategy:
    """The strategy of this name, for ``user``'s eyes (None: a command's, which sees all); StrategyError tells what is
    close to a wrong one.
    """
    visible = Strategy.objects.all() if user is None else Strategy.objects.visible_to(user)
    found = visible.filter(name=name).first() if is_storable(name) else None
    if found is None:
        names = list(visible.values_list("name", flat=True))
        close = difflib.get_close_matches(name, names, n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else "; there are none yet" if not names else ""
        raise StrategyError(f"strategy: unknown strategy {name!r}{hint}")
    return found


def strategy_definition(*, strategy: Strategy) -> Definition:
    """A stored strategy's definition, checked anew (the code may have changed since); StrategyError."""
    return strategy_check(
        region=strategy.region, factors=dict(strategy.members.values_list("factor__name", "weight")),
        combiner=strategy.combiner, options=strategy.options, universe=strategy.universe,
        neutralise=strategy.neutralise,
    )  # fmt: skip


def strategy_copy(*, strategy: Strategy, owner: User | None = None) -> Strategy:
    """The same under another name (``... copy``), not active."""
    stem, number = f"{strategy.name[:55]} copy", 1
    while Strategy.objects.filter(name=stem if number == 1 else f"{stem} {number}").exists():
        number += 1
    return strategy_save(
        name=stem if number == 1 else f"{stem} {number}", region=strategy.region,
        factors=dict(strategy.members.values_list("factor__name", "weight")), combiner=strategy.combiner,
        options=strategy.options, universe=strategy.universe, neutralise=strategy.neutralise,
        description=strategy.description, is_active=False, owner=owner,
    )  # fmt: skip


def catalogue_complete() -> None:
    """A row for every factor and active formula, so that strategies can name those never computed."""
    known = set(Factor.objects.values_list("name", flat=True))
    missing = [factor for factor in factors_resolved() if factor.name not in known]
    if missing:
        store.factors_sync(missing)
