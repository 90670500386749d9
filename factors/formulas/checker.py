"""From a tree to a plan: names looked up, kinds and numbers checked, other formulas put in place of their names."""

import difflib
from collections.abc import Sequence

import numpy as np

from factors.formulas.errors import FormulaError, Span
from factors.formulas.functions import ACROSS, ELSEWHERE, FUNCTIONS, OPERATOR, WINDOW, Function, Parameter
from factors.formulas.grammar import DEEPEST, Apply, Literal, Name, Syntax, parse
from factors.formulas.plan import Kind, Node, Plan
from factors.formulas.vocabulary import RAW, SERIES, Vocabulary

MOST_NODES = 500
MOST_LEVELS = 150  # inside one another, formulas and operations


def compiled(text: str, vocabulary: Vocabulary, name: str = "") -> Plan:
    """The plan of a formula; FormulaError says what is wrong and where.

    ``name``: what the formula is called, so that it is told when it comes back to itself.
    """
    checker = _Checker(vocabulary, text, (name,) if name else ())
    root = checker.node(parse(text))
    if root.kind is Kind.NUMBER:
        raise FormulaError(f"the formula is the number {root.value:g} for every instrument: use a series or a figure")
    return Plan.of(root, tuple(checker.named))


class _Checker:
    """Walks the tree of one formula, and those of the formulas it names. Equal expressions become one node."""

    def __init__(self, vocabulary: Vocabulary, text: str, path: tuple[str, ...]) -> None:
        self.vocabulary, self.text, self.path = vocabulary, text, path
        self.made: dict[tuple, Node] = {}
        self.named: dict[str, Node] = {}
        self.sizes: dict[Node, int] = {}
        self.depths: dict[Node, int] = {}
        self.level = 0

    def node(self, syntax: Syntax) -> Node:
        self.level += 1
        if self.level > MOST_LEVELS:
            raise self._wrong("too many formulas name one another", syntax.span)
        found = self._node(syntax)
        self.level -= 1
        return found

    def _node(self, syntax: Syntax) -> Node:
        if isinstance(syntax, Literal):
            return self._number(syntax.value)
        if isinstance(syntax, Name):
            return self._named(syntax.name, syntax.span)
        return self._applied(syntax)

    def _number(self, value: float) -> Node:
        return self._make(Node(Kind.NUMBER, 0, leaf="number", value=value))

    def _named(self, name: str, span: Span) -> Node:
        if name in SERIES:
            return self._make(Node(Kind.SERIES, SERIES[name].bars, leaf="series", name=name))
        if self.vocabulary.is_figure(name):
            return self._make(Node(Kind.FIGURE, 0, leaf="figure", name=RAW.get(name, name)))
        if name in self.vocabulary.factors:
            return self._make(Node(Kind.FIGURE, 0, leaf="factor", name=name))
        if name in self.path:
            circle = " -> ".join([*self.path[self.path.index(name) :], name])
            raise self._wrong(f"formulas name each other in a circle: {circle}", span)
        if name in self.vocabulary.formulas:
            return self._formula(name, span)
        raise self._wrong(self._unknown(name), span)

    def _formula(self, name: str, span: Span) -> Node:
        """What another formula stands for, as if its text stood here in parentheses."""
        if name not in self.named:
            outer = self.text, self.path
            self.text, self.path = self.vocabulary.formulas[name], (*self.path, name)
            try:
                self.named[name] = self.node(parse(self.text))
            except FormulaError as error:
                raise error.inside_of(name) from None
            self.text, self.path = outer
        return self.named[name]

    def _applied(self, syntax: Apply) -> Node:
        function = FUNCTIONS.get(syntax.name)
        if function is None or (function.group == OPERATOR and syntax.is_call):
            raise self._wrong(self._unknown_function(syntax.name), syntax.name_span)
        self._count(function, syntax)
        numbers, arguments = [], []
        for parameter, written in zip(function.parameters, syntax.arguments, strict=True):
            argument = self.node(written)
            if parameter.what in ("window", "number"):
                numbers.append(self._fixed(function, parameter, argument, written))
            else:
                self._must_suit(function, parameter, argument, written)
                arguments.append(argument)
        return self._apply(function, tuple(arguments), tuple(numbers), syntax)

    def _apply(self, function: Function, arguments: tuple[Node, ...], numbers: tuple, syntax: Apply) -> Node:
        kinds = {argument.kind for argument in arguments}
        if kinds == {Kind.NUMBER} and function.group != ACROSS:
            return self._folded(function, arguments, syntax)
        is_figure = function.group == ACROSS or Kind.FIGURE in kinds
        back = function.bars(int(numbers[0])) if function.group == WINDOW else 0
        bars = max(argument.bars for argument in arguments) + back
        kind = Kind.FIGURE if is_figure else Kind.SERIES
        made = self._make(Node(kind, bars, function=function, arguments=arguments, numbers=numbers))
        self.sizes[made] = 1 + sum(self.sizes.get(argument, 1) for argument in arguments)
        self.depths[made] = 1 + max(self.depths.get(argument, 1) for argument in arguments)
        if self.sizes[made] > MOST_NODES:
            raise self._wrong(f"more than {MOST_NODES} operations, with the formulas it names", syntax.span)
        if self.depths[made] > DEEPEST:
            raise self._wrong(f"more than {DEEPEST} operations stand inside one another", syntax.name_span)
        return made

    def _folded(self, function: Function, arguments: tuple[Node, ...], syntax: Apply) -> Node:
        """Numbers alone are computed at once."""
        with np.errstate(all="ignore"):
            value = float(function.compute(*(np.float64(argument.value) for argument in arguments)))
        if not np.isfinite(value):
            raise self._wrong(f"{self._written(syntax.span)} is not a finite number", syntax.span)
        return self._number(value)

    def _make(self, node: Node) -> Node:
        """The node, or the equal one that was made before."""
        function = node.function.name if node.function else ""
        key = (node.leaf, node.name, repr(node.value), function, node.arguments, node.numbers)
        return self.made.setdefault(key, node)

    def _count(self, function: Function, syntax: Apply) -> None:
        wanted, given = len(function.parameters), len(syntax.arguments)
        if wanted != given:
            noun = "argument" if wanted == 1 else "arguments"
            told = f"{function.signature} takes {wanted} {noun}, not {given}: {function.doc}"
            raise self._wrong(told, syntax.span)

    def _fixed(self, function: Function, parameter: Parameter, argument: Node, written: Syntax) -> float:
        """A number that must be the same for every instrument, such as a window."""
        least, most = parameter.least, parameter.most
        whole = "a whole number" if parameter.what == "window" else "a number"
        what = f"{parameter.name} of {function.signature} must be {whole} from {least:g} to {most:g}"
        if argument.kind is not Kind.NUMBER:
            raise self._wrong(f"{what}, written out, not {self._written(written.span)}", written.span)
        fractional = parameter.what == "window" and argument.value != int(argument.value)
        if fractional or not least <= argument.value <= most:
            raise self._wrong(f"{what}, not {argument.value:g}", written.span)
        return int(argument.value) if parameter.what == "window" else argument.value

    def _must_suit(self, function: Function, parameter: Parameter, argument: Node, written: Syntax) -> None:
        wants_series = parameter.what == "series"
        if wants_series and argument.kind is not Kind.SERIES:
            hint = self._instead(function) if argument.kind is Kind.FIGURE else ""
            told = f"{function.name}() needs a series; {self._written(written.span)} is {argument.kind.value}{hint}"
            raise self._wrong(told, written.span)
        if function.group == ACROSS and argument.kind is Kind.NUMBER:
            raise self._wrong(f"{function.name}() of the same number everywhere has no meaning", written.span)

    @staticmethod
    def _instead(function: Function) -> str:
        """For min(roe, beta) and the like, the function of two values is meant."""
        two = {"min": "minimum", "max": "maximum"}
        return f"; of two values write {two[function.name]}(x, y)" if function.name in two else ""

    def _unknown(self, name: str) -> str:
        if name in FUNCTIONS and name.isidentifier():
            return f"{name} is a function: write {FUNCTIONS[name].signature}"
        return f"unknown name {name!r}{_meant(name, self.vocabulary.names())}"

    def _unknown_function(self, name: str) -> str:
        if name in self.vocabulary.names():
            return f"{name} is no function: is an operator such as * missing before the parenthesis?"
        other = ELSEWHERE.get(name.lower())
        if other == "^":
            return f"unknown function {name!r}: write x ^ y"
        callables = [known for known in FUNCTIONS if FUNCTIONS[known].group != OPERATOR]
        return f"unknown function {name!r}" + (f"; did you mean {other}?" if other else _meant(name, callables))

    def _written(self, span: Span) -> str:
        text = " ".join(self.text[span[0] : span[1]].split())
        return text if len(text) <= 60 else f"{text[:57]}..."

    def _wrong(self, reason: str, span: Span) -> FormulaError:
        return FormulaError(reason, self.text, span)


def _meant(name: str, known: Sequence[str]) -> str:
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = [by_lower[found] for found in difflib.get_close_matches(name.lower(), by_lower, n=3)]
    return f"; did you mean {', '.join(close)}?" if close else ""
