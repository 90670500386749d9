"""The figures of a tear sheet as text: tiles and tables."""

from typing import Any

from django.utils.translation import gettext as _

from market.pages.parts import NONE, Cell, Table, Tile, number

STRONG_T = 2.0
OUTSIDE = "not_in_universe"  # no drop of the universe: it is not part of it


def tiles(found: dict[str, Any]) -> list[Tile]:
    """The key figures of one factor."""
    shown = []
    for row in found["information"]:
        one = row["rank_ic"]
        detail = f"t {number(one['t_newey_west'], 1, True)} · ICIR {number(one['information_ratio'], 2, True)}"
        shown.append(
            Tile(
                _("rank IC, %(days)s d") % {"days": row["horizon"]}, number(one["mean"], 3, True), detail, _strong(one)
            )
        )
    spread = found["spread"][0]
    basis_points = None if spread["mean"] is None else 100.0 * spread["mean"] / spread["horizon"]
    detail = _("a session, t %(t)s") % {"t": number(spread["t_newey_west"], 1, True)}
    shown.append(Tile(_("spread, basis points"), number(basis_points, 1, True), detail, _strong(spread)))
    monotone = found["monotonicity"][-1]
    of = {"days": monotone["horizon"]}
    shown.append(Tile(_("monotonicity"), number(monotone["value"], 2, True), _("of %(days)s d returns") % of))
    turnover, kept = found["turnover"], found["autocorrelation"]
    detail = _("top quantile, %(days)s d") % {"days": turnover["window"]}
    shown.append(Tile(_("turnover"), number(turnover["top"], 0, suffix=" %"), detail))
    detail = _("of ranks, %(days)s d") % {"days": kept["window"]}
    shown.append(Tile(_("autocorrelation"), number(kept["value"], 2), detail))
    covered = found["coverage"]
    share = 100.0 * covered["scored"] / covered["universe"] if covered["universe"] else None
    detail = _("%(count)s names a session") % {"count": number(covered["scored"], 0)}
    shown.append(Tile(_("coverage"), number(share, 0, suffix=" %"), detail))
    return shown


def overview(factors: dict[str, Any]) -> Table:
    """One row per factor."""
    first = next(iter(factors.values()))
    horizons = [row["horizon"] for row in first["information"]]
    head = ["factor", *(f"IC {h} d" for h in horizons), *(f"t {h} d" for h in horizons), f"ICIR {horizons[-1]} d"]
    head += ["spread bp", "monotonicity", "turnover %", "names"]
    rows = []
    for name, found in factors.items():
        ranks = [row["rank_ic"] for row in found["information"]]
        spread = found["spread"][0]
        basis_points = None if spread["mean"] is None else 100.0 * spread["mean"] / spread["horizon"]
        cells = [Cell(name), *(Cell(number(one["mean"], 3, True), _strong(one)) for one in ranks)]
        cells += [Cell(number(one["t_newey_west"], 1, True), _strong(one)) for one in ranks]
        cells += [Cell(number(ranks[-1]["information_ratio"], 2, True))]
        cells += [Cell(number(basis_points, 1, True), _strong(spread))]
        cells += [Cell(number(found["monotonicity"][-1]["value"], 2, True))]
        cells += [Cell(number(found["turnover"]["top"], 0)), Cell(number(found["coverage"]["scored"], 0))]
        rows.append(cells)
    note = "IC: mean rank IC. t allows for overlapping returns (Newey-West); bold from 2 up. Spread: a session."
    return Table("All factors", head, rows, note)


def information(found: dict[str, Any]) -> Table:
    """Both information coefficients by horizon."""
    head = [_("horizon"), _("mean"), _("std"), "t", _("t, overlap"), "ICIR", "> 0", _("sessions")]
    rows = []
    for row in found["information"]:
        for key, label in (("rank_ic", _("rank")), ("pearson_ic", "Pearson")):
            one = row[key]
            share = None if one["positive"] is None else 100.0 * one["positive"]
            told = _("%(days)s d, %(kind)s") % {"days": row["horizon"], "kind": label}
            rows.append([
                Cell(told), Cell(number(one["mean"], 4, True), _strong(one)),
                Cell(number(one["std"], 3)), Cell(number(one["t"], 2, True)),
                Cell(number(one["t_newey_west"], 2, True), _strong(one)),
                Cell(number(one["information_ratio"], 2, True)), Cell(number(share, 0, suffix=" %")),
                Cell(str(one["count"])),
            ])  # fmt: skip
    return Table(_("Information coefficients"), head, rows)


def quantiles(found: dict[str, Any]) -> Table:
    """Mean returns by quantile and horizon, the spread, and monotonicity."""
    horizons = [row["horizon"] for row in found["spread"]]
    count = max(row["quantile"] for row in found["quantiles"])
    at = {(row["horizon"], row["quantile"]): row for row in found["quantiles"]}
    rows = [
        [Cell(f"Q{k}"), *(Cell(number(at[h, k]["mean"], 3, True, " %")) for h in horizons)]
        for k in range(1, count + 1)
    ]  # fmt: skip
    spread = found["spread"]
    rows.append([Cell(_("top − bottom")), *(Cell(number(one["mean"], 3, True, " %"), _strong(one)) for one in spread)])
    rows.append([Cell(_("t, overlap")), *(Cell(number(one["t_newey_west"], 2, True), _strong(one)) for one in spread)])
    rows.append([Cell(_("monotonicity")), *(Cell(number(one["value"], 2, True)) for one in found["monotonicity"])])
    return Table(
        _("Return over the horizon"), [_("quantile"), *(_("%(days)s d") % {"days": h} for h in horizons)], rows
    )


def coverage(found: dict[str, Any]) -> Table:
    """Instruments a session: the universe and where it went."""
    covered = found["coverage"]
    universe = covered["universe"]
    lines = [(_("universe"), universe), (_("scored"), covered["scored"])]
    lines += [
        (_("no score: %(reason)s") % {"reason": _(code.replace("_", " "))}, value)
        for code, value in covered["drops"].items()
        if value and code != OUTSIDE
    ]
    lines += [(_("scored, but no close that session"), covered["no_close"])]
    rows = [
        [Cell(label), Cell(number(value, 1)), Cell(_share(value, universe))]
        for label, value in lines
        if value is not None
    ]
    if covered["drops"].get(OUTSIDE):
        rows.append(
            [Cell(_("listed, but outside the universe")), Cell(number(covered["drops"][OUTSIDE], 1)), Cell(NONE)]
        )
    note = _("%(count)s sessions with scores") % {"count": covered["sessions_with_scores"]}
    if covered["sessions_without_quantiles"]:
        tied = {"count": covered["sessions_without_quantiles"]}
        note += _(", %(count)s of them without quantiles (tied scores)") % tied
    return Table(_("Coverage, instruments a session"), ["", _("mean"), _("of the universe")], rows, note)


def _share(value: float, whole: float | None) -> str:
    return number(100.0 * value / whole, 1, suffix=" %") if whole else NONE


def _strong(one: dict[str, Any]) -> bool:
    return one["t_newey_west"] is not None and abs(one["t_newey_west"]) >= STRONG_T
