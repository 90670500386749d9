"""What can be stored and sent of a text; how things are counted in one."""


def is_whole(text: str) -> bool:
    """Whether a text consists of characters; ``"\\ud800"``, half of a pair of surrogates, is none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold a text: whole characters, no NUL."""
    return "\0" not in text and is_whole(text)


def storable(text: str) -> str:
    """``text`` with a mark in place of every character that PostgreSQL cannot hold: names of files are any bytes."""
    return text if is_storable(text) else "".join(one if is_storable(one) else "\ufffd" for one in text)


def counted(count: float, one: str, many: str = "") -> str:
    """``1 answer``, ``2 answers``, ``1,066 funds``; ``many`` where it is not ``one`` with an s."""
    return f"{count:,.0f} {one if count == 1 else many or f'{one}s'}"
