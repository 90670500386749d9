"""What is wrong with a formula, and where."""

Span = tuple[int, int]  # from, to: characters of the formula
WIDTH = 72  # characters of a long formula that are shown around the place


class FormulaError(ValueError):
    """A formula that cannot be read or makes no sense. ``reason`` in words; ``span`` of ``text`` it is about."""

    def __init__(self, reason: str, text: str = "", span: Span | None = None) -> None:
        super().__init__(reason)
        self.reason, self.text, self.span, self.formula = reason, text, span, ""

    def inside_of(self, formula: str) -> "FormulaError":
        """The same as found in another ``formula``, whose text it points into; the innermost is told."""
        if not self.formula:
            self.formula, self.reason = formula, f"in the formula {formula}: {self.reason}"
        return self

    @property
    def position(self) -> int | None:
        """The number of the first character it is about, from 1."""
        return None if self.span is None else self.span[0] + 1

    def __str__(self) -> str:
        """The reason, and below it the line of the formula with a caret under the place."""
        if self.span is None:
            return self.reason
        return f"{self.reason}\n{self.pointed()}"

    def pointed(self) -> str:
        """Two lines: the formula around the place, and carets under the place."""
        start, end = self.span or (0, 0)
        line_start = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", start)
        line = self.text[line_start : len(self.text) if line_end < 0 else line_end]
        at, cut = start - line_start, max(0, start - line_start - WIDTH // 2)
        shown = line[cut : cut + WIDTH]
        carets = max(1, min(end - start, len(shown) - (at - cut)))
        lead, more = ("... " if cut else ""), (" ..." if cut + WIDTH < len(line) else "")
        return f"  {lead}{shown}{more}\n  {' ' * (len(lead) + at - cut)}{'^' * carets}"
