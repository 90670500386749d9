"""Bodies of requests."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from market.texts import is_whole

DEEPEST = 32  # lists and objects inside one another; no request of ours has more than six
TOO_DEEP = f"JSON parse error - more than {DEEPEST} levels"


class ShallowJSONParser(JSONParser):
    """JSON that can be looked at and told back: not too deep for Python, and of whole characters."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:  # fmt: skip
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(TOO_DEEP) from error
        level = [found]
        for _ in range(DEEPEST + 1):
            if any(isinstance(one, str) and not is_whole(one) for one in level):
                raise ParseError("JSON parse error - half of a pair of surrogates")
            level = [part for one in level for part in _parts(one)]
            if not level:
                return found
        raise ParseError(TOO_DEEP)


def _parts(of: Any) -> list[Any]:
    if isinstance(of, dict):
        return [*of, *of.values()]
    return of if isinstance(of, list) else []
