"""What is told to who asks for something that cannot be."""

from factors.services.jobs import JobError


class EtfError(JobError):
    """A request that cannot be met; says which field is wrong and why."""


class NotFound(LookupError):
    """Nothing of that name; says what was looked for."""


class Ambiguous(LookupError):
    """Several of that name; ``choices`` are the words that name one each."""

    def __init__(self, symbol: str, choices: list[str]) -> None:
        super().__init__(f"{symbol} is listed in several regions: use one of {', '.join(choices)}")
        self.choices = choices
