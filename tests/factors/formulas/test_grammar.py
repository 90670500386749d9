"""What is read how, and what is refused with which words."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from factors.formulas import FUNCTIONS, SERIES, FormulaError, compiled
from factors.formulas.grammar import Apply, Literal, Name, Syntax, canonical, parse
from tests.factors.formulas.helpers import words


def shape(syntax: Syntax) -> str:
    """The tree in prefix notation."""
    if isinstance(syntax, Literal):
        return f"{syntax.value:g}"
    if isinstance(syntax, Name):
        return syntax.name
    return f"({syntax.name} {' '.join(map(shape, syntax.arguments))})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c", "(+ a (* b c))"),
        ("(a + b) * c", "(* (+ a b) c)"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b / c", "(/ (/ a b) c)"),
        ("a ^ b ^ c", "(^ a (^ b c))"),
        ("-a ^ 2", "(negative (^ a 2))"),
        ("-2 ^ 2", "(negative (^ 2 2))"),
        ("2 ^ -1", "(^ 2 -1)"),
        ("a * -b", "(* a (negative b))"),
        ("--a", "(negative (negative a))"),
        ("+a", "a"),
        ("a < b + 1", "(< a (+ b 1))"),
        ("a < b and b < c or d", "(or (and (< a b) (< b c)) d)"),
        ("not a == b", "(not (== a b))"),
        ("not a and b", "(and (not a) b)"),
        ("f(a, g(b), 3)", "(f a (g b) 3)"),
        ("f()", "(f )"),
        ("1e-3 + .5 + 2. + 1.5E2", "(+ (+ (+ 0.001 0.5) 2) 150)"),
        ("android", "android"),
        (" \n a\n +\tb ", "(+ a b)"),
    ],
)
def test_precedence(text, tree):
    assert shape(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", None, "the formula is empty"),
        ("   ", None, "the formula is empty"),
        ("mean(close, 20", 15, "the formula ends too early: 1 closing parenthesis is missing"),
        ("((close", 8, "2 closing parentheses are missing"),
        ("close +", 8, "the formula ends too early after '+': something must follow"),
        ("close volume", 7, "'volume' cannot stand after 'close': a comma or an operator such as * is missing"),
        ("2(close)", 2, "'(' cannot stand after '2'"),
        ("close)", 6, "')' cannot stand after 'close': it closes nothing"),
        ("f(close,)", 9, "')' cannot stand after ','"),
        ("* close", 1, "'*' cannot stand at the beginning"),
        ("a < b < c", 7, "put parentheses around one of two comparisons"),
        ("$close", 1, "names are written without $: close, not $close"),
        ("close.shape", 6, "'.' has no meaning here: a point stands only inside a number"),
        ("close = 1", 7, "equality is written =="),
        ("close[1]", 6, "parentheses are round"),
        ("f('os')", 3, "text has no place in a formula"),
        ('f("os")', 3, "text has no place in a formula"),
        ("close % 2", 7, "there is no % operator"),
        ("a & b", 3, "write and between conditions"),
        ("a | b", 3, "write or between conditions"),
        ("a ** 2", 4, "'*' cannot stand after '*'"),
        ("1e999 * close", 1, "1e999 is too large a number"),
        ("가격 + 1", 1, "'가' has no meaning here"),
        ("close; volume", 6, "';' has no meaning here"),
        ("lambda: close", 7, "':' has no meaning here"),
        ("x" * 2001, None, "the formula has 2,001 characters, more than 2,000"),
        ("-" * 101 + "close", None, "more than 100 operations stand inside one another"),
    ],
)
def test_refusals_say_what_and_where(text, position, reason):
    with pytest.raises(FormulaError) as refused:
        parse(text)
    assert reason in refused.value.reason
    if position is not None:
        assert refused.value.position == position


def test_the_caret_stands_under_the_place():
    with pytest.raises(FormulaError) as refused:
        parse("mean(close, 20) /\n  mean(close 120) - 1")
    reason, formula, caret = str(refused.value).split("\n")
    assert reason.startswith("'120' cannot stand after 'close'")
    assert formula == "    mean(close 120) - 1"
    assert caret.index("^") == formula.index("120")
    assert caret.count("^") == 3


def test_a_long_line_is_shown_around_the_place():
    with pytest.raises(FormulaError) as refused:
        parse("close + " * 50 + "$ " + "+ close" * 50)
    _, formula, caret = str(refused.value).split("\n")
    assert formula[caret.index("^")] == "$"
    assert len(formula) < 90


NASTY = [
    "__import__('os').system('true')", "close.__class__", "close.__class__.__bases__[0]", "eval(close)", "exec",
    "9^9^9^9", "9^9^9^9^9^9", "1/0", "0^-1", "(-1)^0.5", "10^400*close", "-" * 1999 + "1",
    "(" * 999 + "close" + ")" * 999, "(" * 10_000, "(" * 10_000 + "close" + ")" * 10_000, "not " * 499 + "close",
    "abs(" * 300 + "close" + ")" * 300, "+".join(["close"] * 330), "mean(" * 70 + "close" + ", 2)" * 70, "\x00",
    "\ud800", "ｃｌｏｓｅ", "close\u202e", "１+close", "lag(close, 1e308)", "lag(close, 0.1+0.2)", "lag(close, -1)",
    "mean(close, 2000) + " * 60 + "close",
]  # fmt: skip
PIECES = st.sampled_from(
    [
        *FUNCTIONS,
        *SERIES,
        "roe",
        "market_cap",
        "1",
        "20",
        "0",
        "1e300",
        "2.5",
        "(",
        ")",
        ",",
        " ",
        "\n",
        "and",
        "-",
        "^",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=80).map(" ".join),
    st.lists(PIECES, max_size=80).map("".join),
)


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_is_refused_or_read_at_once(text):
    _read_or_refuse(text)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
@example("mean(close, mean(close, 2))")
def test_any_text_is_read_or_refused(text):
    _read_or_refuse(text)


def test_whatever_is_built_by_the_rules_is_read():
    nested = "close"
    for _ in range(98):
        nested = f"abs({nested})"
    assert compiled(nested, words()).bars == 1
    with pytest.raises(FormulaError, match="more than 100 operations"):
        compiled(f"abs(abs(abs({nested})))", words())


def _read_or_refuse(text: str) -> None:
    started, refused = time.perf_counter(), None
    try:
        assert compiled(text, words()).root is not None
    except FormulaError as error:
        refused = error
    assert refused is None or str(refused).startswith(refused.reason)
    assert time.perf_counter() - started < 2.0


def test_a_call_is_told_from_an_operator():
    found = parse("mean(close, 2)")
    assert isinstance(found, Apply)
    assert found.is_call
    assert found.span == (0, 14)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mean(close,20)", "mean ( close , 20 )"), ("  1e-5*x>=.5 ", "1e-5 * x >= .5"), ("1e - 5", "1 e - 5"),
        ("not a==b", "not a == b"), ("1. 5", "1. 5"), ("x^-2.50E3", "x ^ - 2.50E3"), ("< =", "< ="), ("$x", "$ x"),
    ],
)  # fmt: skip
def test_a_text_word_by_word(text, words):
    """As the parser reads it, so that texts with the same words are the same formula."""
    assert canonical(text) == words
    assert canonical(words) == words
