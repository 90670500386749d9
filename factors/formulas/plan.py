"""A checked formula: what is computed, in which order, over how many bars."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from factors.formulas.errors import FormulaError
from factors.formulas.functions import WINDOW, Function

MOST_BARS = 2600
MOST_STEPS = 200_000  # operations for one instrument and session


class Kind(Enum):
    """What an expression gives."""

    NUMBER = "a number"
    SERIES = "a series"
    FIGURE = "one figure per session"


@dataclass(frozen=True, eq=False)
class Node:
    """A leaf (``leaf``: number, series, figure or factor, by ``name`` or ``value``) or a function of ``arguments``.

    ``numbers`` are a function's fixed numbers, such as its window. ``bars``: how many bars its last value needs.
    Equal expressions are one node (the checker sees to it), so that each is computed once.
    """

    kind: Kind
    bars: int
    leaf: str = ""
    name: str = ""
    value: float = 0.0
    function: Function | None = None
    arguments: tuple["Node", ...] = ()
    numbers: tuple[float, ...] = ()

    @property
    def window(self) -> int:
        """Bars it looks back beyond its own."""
        windowed = self.function is not None and self.function.group == WINDOW
        return self.function.bars(int(self.numbers[0])) if windowed and self.function else 0


@dataclass(frozen=True)
class Plan:
    """``order``: every distinct node, arguments before what uses them; ``rows``: how many bars of each series node one
    session needs; ``roots``: series nodes whose last bar is wanted; ``formulas``: those named, and those they name.
    """

    root: Node
    order: tuple[Node, ...]
    rows: dict[Node, int]
    roots: tuple[Node, ...]
    formulas: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: Node, formulas: tuple[str, ...] = ()) -> "Plan":
        """FormulaError when it needs too many bars or operations."""
        order = tuple(_post_order(root))
        roots = tuple(node for node in order if node.kind is Kind.SERIES and _is_wanted_now(node, root, order))
        rows = _rows(order, roots)
        plan = cls(root, order, rows, roots, formulas)
        if plan.bars > MOST_BARS:
            raise FormulaError(
                f"the formula looks back {plan.bars:,} bars in all, more than {MOST_BARS:,}:"
                " windows inside one another add up"
            )
        if (steps := plan.steps()) > MOST_STEPS:
            raise FormulaError(
                f"the formula takes about {steps:,} operations for each instrument and session, more than"
                f" {MOST_STEPS:,}: use fewer or shorter windows inside one another"
            )
        return plan

    @property
    def bars(self) -> int:
        """Bars an instrument must have."""
        return max(1, *(node.bars for node in self.order))

    def series(self) -> dict[str, int]:
        """Bars needed of each series, by name."""
        return {node.name: self.rows[node] for node in self.order if node.leaf == "series"}

    def leaves(self, leaf: str) -> list[str]:
        """Names of the figures or factors used."""
        return [node.name for node in self.order if node.leaf == leaf]

    def steps(self) -> int:
        counted = ((node, self.rows.get(node, 1)) for node in self.order if node.function)
        return sum(rows * node.function.steps(_first(node)) for node, rows in counted if node.function)


def _first(node: Node) -> int:
    return int(node.numbers[0]) if node.numbers and node.window else 1


def _post_order(root: Node) -> Iterator[Node]:
    """Arguments first, each node once."""
    seen: set[Node] = set()
    waiting: list[tuple[Node, bool]] = [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))
            waiting.extend((argument, False) for argument in reversed(node.arguments))


def _is_wanted_now(node: Node, root: Node, order: tuple[Node, ...]) -> bool:
    """Whether its last bar is used as a figure."""
    return node is root or any(node in user.arguments for user in order if user.kind is Kind.FIGURE)


def _rows(order: tuple[Node, ...], roots: tuple[Node, ...]) -> dict[Node, int]:
    """From what is wanted down: each argument by as many bars more as its function looks back."""
    rows = dict.fromkeys(roots, 1)
    for node in reversed(order):
        if node.kind is Kind.SERIES:
            for argument in node.arguments:
                if argument.kind is Kind.SERIES:
                    rows[argument] = max(rows.get(argument, 1), rows[node] + node.window)
    return rows
