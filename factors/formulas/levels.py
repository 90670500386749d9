"""Whether a formula depends on the level of prices or share counts, or only on their ratios.

After a split all earlier prices are divided by the same number and all volumes multiplied by another. ``close /
lag(close, 20)`` does not notice; ``std(close, 20)`` or ``log(volume + 1)`` do. For those, a history of many sessions
must hold the bars as each session saw them (``levels`` of ``market.store.histories.read_history``).

How: an expression is homogeneous of degree p when prices times s make it times s^p. Degrees are worked out from the
leaves up, one of prices and one of volumes; None: not homogeneous, so every level counts.
"""

from collections.abc import Callable

from factors.formulas.plan import Kind, Node, Plan

Degree = float | None
OF_SERIES: dict[str, tuple[float, float]] = {
    "close": (1.0, 0.0), "open": (1.0, 0.0), "high": (1.0, 0.0), "low": (1.0, 0.0), "volume": (0.0, 1.0),
    "trading_value": (0.0, 0.0), "returns": (0.0, 0.0),
}  # fmt: skip
KEEP = {
    "negative", "abs", "lag", "delta", "sum", "mean", "std", "min", "max", "ema", "wma", "slope", "resi", "median",
    "quantile",
}  # fmt: skip
LIKE = {"+", "-", "minimum", "maximum", "coalesce", "clip"}  # of the same degree, or nothing
FREE = {"sign", "not", "change", "argmin", "argmax", "corr", "rsquare", "ts_rank"}  # whatever the degree
ONLY_FREE = {"log", "exp"}
COMPARE = {"<", "<=", ">", ">=", "==", "!="}


def needs_levels(plan: Plan) -> bool:
    """Whether its figures change when all prices, or all volumes, are multiplied."""
    return any(_degrees(plan, place)[root] != 0.0 for place in (0, 1) for root in plan.roots)


def _degrees(plan: Plan, place: int) -> dict[Node, Degree]:
    """By series node and number; ``place`` 0: of prices, 1: of volumes."""
    found: dict[Node, Degree] = {}
    for node in plan.order:
        if node.leaf == "series":
            found[node] = OF_SERIES[node.name][place]
        elif node.kind is Kind.NUMBER:
            found[node] = 0.0
        elif node.kind is Kind.SERIES:
            found[node] = _degree(node, found)
    return found


def _degree(node: Node, found: dict[Node, Degree]) -> Degree:
    degrees = [found[argument] for argument in node.arguments]
    name = node.function.name if node.function else ""
    if name == "where":
        return None if degrees[0] is None else _alike(node.arguments[1:], degrees[1:])
    if any(degree is None for degree in degrees):
        return None
    known = [degree for degree in degrees if degree is not None]
    if name in LIKE:
        return _alike(node.arguments, degrees)
    if name in COMPARE:
        return None if _alike(node.arguments, degrees) is None else 0.0
    if name in ONLY_FREE:
        return 0.0 if known[0] == 0.0 else None
    if name == "^":
        return _of_power(node, known)
    plain: dict[str, Callable[[], float]] = {
        "*": lambda: known[0] + known[1],
        "/": lambda: known[0] - known[1],
        "cov": lambda: known[0] + known[1],
        "sqrt": lambda: known[0] / 2,
        "and": lambda: 0.0,
        "or": lambda: 0.0,
    }
    if name in plain:
        return plain[name]()
    if name in FREE:
        return 0.0
    return known[0] if name in KEEP else None


def _alike(arguments: tuple[Node, ...], degrees: list[Degree]) -> Degree:
    """Their common degree; the number 0 is of every degree."""
    counted = {
        degree for argument, degree in zip(arguments, degrees, strict=True)
        if not (argument.kind is Kind.NUMBER and argument.value == 0.0)
    }  # fmt: skip
    return counted.pop() if len(counted) == 1 else None if counted else 0.0


def _of_power(node: Node, degrees: list[float]) -> Degree:
    exponent = node.arguments[1]
    if exponent.kind is Kind.NUMBER:
        return degrees[0] * exponent.value
    return 0.0 if degrees == [0.0, 0.0] else None
