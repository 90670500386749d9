"""What can be stored and sent of a text."""


def is_whole(text: str) -> bool:
    """Whether a text consists of characters; ``"\\ud800"``, half of a pair of surrogates, is none."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold a text: whole characters, no NUL."""
    return "\0" not in text and is_whole(text)
