"""Files of strategies: YAML, of which JSON is a part."""

import re
from typing import Any

import yaml

MOST = 100_000  # values in a file
UNQUOTED = re.compile(r":\s*>(?!\s*$)")  # of an operator; a folded text has its > at the end of the line


class NotYaml(ValueError):
    """A text that is not YAML, or means two things."""


class _Loader(yaml.SafeLoader):
    """YAML in which no key is written twice: the first of the two would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    line = key.start_mark.line + 1
                    raise NotYaml(f"line {line}: {key.value!r} is written twice")
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _count(value: Any, left: int) -> int:
    """How many values may still come; NotYaml where that is none. Aliases make one value many, or a part of itself."""
    if left <= 0:
        raise NotYaml(f"more than {MOST:,} values")
    parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    left -= 1
    for part in parts:
        left = _count(part, left)
    return left


def strategies_read(*, text: str) -> Any:
    """What a file says; NotYaml tells where it is wrong, and refuses one that means far more than it says."""
    try:
        found = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
        _count(found, MOST)
        return found
    except RecursionError as error:
        raise NotYaml("too many levels of lists within lists") from error
    except yaml.YAMLError as error:
        raise NotYaml(f"{error}{_advice(error, text)}") from error
    except NotYaml:
        raise
    except (ValueError, KeyError, AttributeError, TypeError) as error:  # a date like 2024-13-01, a !!bool like 7
        raise NotYaml(f"a value cannot be read: {error}") from error


def _advice(error: yaml.YAMLError, text: str) -> str:
    """What to do about a ``>`` that YAML takes for the beginning of a folded text."""
    mark = getattr(error, "problem_mark", None)
    lines = text.splitlines()
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    return '\nquote it, e.g. operator: ">"' if UNQUOTED.search(line) else ""
