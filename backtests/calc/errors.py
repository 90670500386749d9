"""What is wrong with an input."""


class InputError(ValueError):
    """An input that cannot be used; the message begins with the name of the field."""
