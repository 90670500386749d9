"""From text to a tree. The grammar knows numbers, names, operators and calls, and nothing else."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

from factors.formulas.errors import FormulaError, Span

LONGEST = 2000  # characters
DEEPEST = 100  # operations inside one another

NUMBER = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
NAME = r"[A-Za-z_][A-Za-z0-9_]*"

GRAMMAR = rf"""
?start: either

?either: both | either "or" both           -> or_
?both: negation | both "and" negation      -> and_
?negation: comparison | "not" negation     -> not_
?comparison: sum | sum COMPARISON sum      -> operation
?sum: product | sum ("+" | "-") product    -> operation
?product: sign | product ("*" | "/") sign  -> operation
?sign: power | "-" sign                    -> minus | "+" sign -> plus
?power: atom | atom "^" sign               -> operation
?atom: NUMBER                              -> number
     | NAME                                -> name
     | NAME "(" [either ("," either)*] ")" -> call
     | "(" either ")"                      -> group

COMPARISON: "<=" | ">=" | "==" | "!=" | "<" | ">"
NUMBER: /{NUMBER}/
NAME: /{NAME}/

%import common.WS
%ignore WS
"""
WORD = re.compile(rf"(?:{NUMBER})|{NAME}|[<>=!]=|\S")


@dataclass(frozen=True)
class Literal:
    """A number as written."""

    value: float
    span: Span
    depth: int = 1


@dataclass(frozen=True)
class Name:
    """A name as written; what it means is the checker's business."""

    name: str
    span: Span
    depth: int = 1


@dataclass(frozen=True)
class Apply:
    """A function or operator applied; ``name_span`` is where it stands."""

    name: str
    arguments: "tuple[Syntax, ...]"
    span: Span
    name_span: Span
    depth: int
    is_call: bool = False  # name(...), not an operator


Syntax = Literal | Name | Apply


def parse(text: str) -> Syntax:
    """The tree of a formula; FormulaError with the place of the first mistake."""
    if not text.strip():
        raise FormulaError("the formula is empty; write for example mean(close, 20) / mean(close, 120) - 1")
    if len(text) > LONGEST:
        raise FormulaError(f"the formula has {len(text):,} characters, more than {LONGEST:,}")
    try:
        found: Syntax = _parser().parse(text)  # type: ignore[assignment] # the transformer builds our own tree
    except UnexpectedInput as error:
        _explain(error, text)
    except VisitError as error:
        if isinstance(error.orig_exc, FormulaError):
            raise FormulaError(error.orig_exc.reason, text, error.orig_exc.span) from None
        raise
    except FormulaError as error:
        raise FormulaError(error.reason, text, error.span) from None
    return found


def canonical(text: str) -> str:
    """A formula word by word, with one space between: the same for texts that differ in nothing but space."""
    return " ".join(found[0] for found in WORD.finditer(text))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """Built once. LALR with the tree made on the way: linear in the text, and no recursion that text could exhaust."""
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder(), keep_all_tokens=True)


def _apply(name: str, name_span: Span, arguments: list[Syntax], span: Span, is_call: bool = False) -> Apply:
    depth = 1 + max((argument.depth for argument in arguments), default=0)
    if depth > DEEPEST:
        raise FormulaError(f"more than {DEEPEST} operations stand inside one another", span=name_span)
    return Apply(name, tuple(arguments), span, name_span, depth, is_call)


def _span(token: Token) -> Span:
    return (token.start_pos or 0, token.end_pos or 0)


@v_args(inline=True)
class _Builder(Transformer):
    """Called by the parser from the bottom up, with tokens and what was built before."""

    def number(self, token: Token) -> Literal:
        value = float(token)
        if value == float("inf"):
            raise FormulaError(f"{token} is too large a number", span=_span(token))
        return Literal(value, _span(token))

    def name(self, token: Token) -> Name:
        return Name(str(token), _span(token))

    def group(self, _open: Token, inner: Any, _close: Token) -> Any:
        return inner

    def call(self, name: Token, _open: Token, *rest: Any) -> Apply:
        arguments = [part for part in rest[:-1] if part is not None and not isinstance(part, Token)]
        return _apply(str(name), _span(name), arguments, (_span(name)[0], _span(rest[-1])[1]), is_call=True)

    def operation(self, left: Any, sign: Token, right: Any) -> Apply:
        return _apply(str(sign), _span(sign), [left, right], (left.span[0], right.span[1]))

    and_ = or_ = operation

    def minus(self, sign: Token, operand: Any) -> Syntax:
        span = (_span(sign)[0], operand.span[1])
        if isinstance(operand, Literal):
            return Literal(-operand.value, span)
        return _apply("negative", _span(sign), [operand], span)

    def plus(self, _sign: Token, operand: Any) -> Any:
        return operand

    def not_(self, word: Token, operand: Any) -> Apply:
        return _apply("not", _span(word), [operand], (_span(word)[0], operand.span[1]))


HINTS = {
    "$": "names are written without $: close, not $close",
    ".": "a point stands only inside a number",
    "=": "equality is written ==",
    "&": "write and between conditions",
    "|": "write or between conditions",
    "!": "write not before a condition, or != for unequal",
    "%": "there is no % operator: divide by 100, or write a fraction",
    "'": "text has no place in a formula",
    '"': "text has no place in a formula",
    "[": "parentheses are round: (",
    "]": "parentheses are round: )",
}


def _explain(error: UnexpectedInput, text: str) -> NoReturn:
    """The parser's error in words a reader knows."""
    at = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters):
        character = text[at]
        hint = HINTS.get(character)
        told = f"{character!r} has no meaning here" + (f": {hint}" if hint else "")
        raise FormulaError(told, text, (at, at + 1)) from None
    token = error.token if isinstance(error, UnexpectedToken) else Token("$END", "")
    if token.type == "$END":
        raise FormulaError(
            f"the formula ends too early{_open_parenthesis(text)}", text, (len(text), len(text))
        ) from None
    before = text[:at].rstrip()
    after = f" after {_last_word(before)}" if before else ""
    hint = ""
    if before and (before[-1].isalnum() or before[-1] in "_)") and (token.type in ("NUMBER", "NAME", "LPAR")):
        hint = ": a comma or an operator such as * is missing between them"
    elif token.type == "RPAR" and text.count(")", 0, at + 1) > text.count("(", 0, at):
        hint = ": it closes nothing"
    elif token.type == "COMPARISON":
        hint = ": put parentheses around one of two comparisons" if before and before[-1] not in "(,+-*/^<>=" else ""
    raise FormulaError(f"{str(token)!r} cannot stand{after or ' at the beginning'}{hint}", text, _span(token)) from None


def _open_parenthesis(text: str) -> str:
    missing = text.count("(") - text.count(")")
    if missing > 0:
        return f": {missing} closing parenthes{'is is' if missing == 1 else 'es are'} missing"
    return f" after {_last_word(text.rstrip())}: something must follow"


def _last_word(before: str) -> str:
    """The last name, number or sign of a text, quoted."""
    end = len(before)
    start = end - 1
    while start > 0 and (before[start].isalnum() or before[start] in "_."):
        start -= 1
        if not (before[start].isalnum() or before[start] in "_."):
            start += 1
            break
    return repr(before[start:end])
