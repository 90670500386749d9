"""The figures of a tear sheet as text: tiles and tables."""

from typing import Any

from market.pages.parts import NONE, Cell, Table, Tile, number

STRONG_T = 2.0
OUTSIDE = "not_in_universe"  # no drop of the universe: it is not part of it


def tiles(found: dict[str, Any]) -> list[Tile]:
    """The key figures of one factor."""
    shown = []
    for row in found["information"]:
        one = row["rank_ic"]
        detail = f"t {number(one['t_newey_west'], 1, True)} · ICIR {number(one['information_ratio'], 2, True)}"
        shown.append(Tile(f"rank IC, {row['horizon']} d", number(one["mean"], 3, True), detail, _strong(one)))
    spread = found["spread"][0]
    basis_points = None if spread["mean"] is None else 100.0 * spread["mean"] / spread["horizon"]
    detail = f"a session, t {number(spread['t_newey_west'], 1, True)}"
    shown.append(Tile("spread, basis points", number(basis_points, 1, True), detail, _strong(spread)))
    monotone = found["monotonicity"][-1]
    shown.append(Tile("monotonicity", number(monotone["value"], 2, True), f"of {monotone['horizon']} d returns"))
    turnover, kept = found["turnover"], found["autocorrelation"]
    detail = f"top quantile, {turnover['window']} d"
    shown.append(Tile("turnover", number(turnover["top"], 0, suffix=" %"), detail))
    shown.append(Tile("autocorrelation", number(kept["value"], 2), f"of ranks, {kept['window']} d"))
    covered = found["coverage"]
    share = 100.0 * covered["scored"] / covered["universe"] if covered["universe"] else None
    shown.append(Tile("coverage", number(share, 0, suffix=" %"), f"{number(covered['scored'], 0)} names a session"))
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
    head = ["horizon", "mean", "std", "t", "t, overlap", "ICIR", "> 0", "sessions"]
    rows = []
    for row in found["information"]:
        for key, label in (("rank_ic", "rank"), ("pearson_ic", "Pearson")):
            one = row[key]
            share = None if one["positive"] is None else 100.0 * one["positive"]
            rows.append([
                Cell(f"{row['horizon']} d, {label}"), Cell(number(one["mean"], 4, True), _strong(one)),
                Cell(number(one["std"], 3)), Cell(number(one["t"], 2, True)),
                Cell(number(one["t_newey_west"], 2, True), _strong(one)),
                Cell(number(one["information_ratio"], 2, True)), Cell(number(share, 0, suffix=" %")),
                Cell(str(one["count"])),
            ])  # fmt: skip
    return Table("Information coefficients", head, rows)


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
    rows.append([Cell("top − bottom"), *(Cell(number(one["mean"], 3, True, " %"), _strong(one)) for one in spread)])
    rows.append([Cell("t, overlap"), *(Cell(number(one["t_newey_west"], 2, True), _strong(one)) for one in spread)])
    rows.append([Cell("monotonicity"), *(Cell(number(one["value"], 2, True)) for one in found["monotonicity"])])
    return Table("Return over the horizon", ["quantile", *(f"{h} d" for h in horizons)], rows)


def coverage(found: dict[str, Any]) -> Table:
    """Instruments a session: the universe and where it went."""
    covered = found["coverage"]
    universe = covered["universe"]
    lines = [("universe", universe), ("scored", covered["scored"])]
    lines += [(f"no score: {code}", value) for code, value in covered["drops"].items() if value and code != OUTSIDE]
    lines += [("scored, but no close that session", covered["no_close"])]
    rows = [
        [Cell(label), Cell(number(value, 1)), Cell(_share(value, universe))]
        for label, value in lines
        if value is not None
    ]
    if covered["drops"].get(OUTSIDE):
        rows.append([Cell("listed, but outside the universe"), Cell(number(covered["drops"][OUTSIDE], 1)), Cell(NONE)])
    note = f"{covered['sessions_with_scores']} sessions with scores"
    if covered["sessions_without_quantiles"]:
        note += f", {covered['sessions_without_quantiles']} of them without quantiles (tied scores)"
    return Table("Coverage, instruments a session", ["", "mean", "of the universe"], rows, note)


def _share(value: float, whole: float | None) -> str:
    return number(100.0 * value / whole, 1, suffix=" %") if whole else NONE


def _strong(one: dict[str, Any]) -> bool:
    return one["t_newey_west"] is not None and abs(one["t_newey_west"]) >= STRONG_T
