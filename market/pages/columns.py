"""Columns of tables: formatted for people on the page, plain in files. What is missing sorts last, either way."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.db.models import F
from django.db.models.expressions import OrderBy
from django.utils.html import format_html

from market.pages import formats
from market.pages.forms import in_words


class TextColumn(tables.Column):
    """Words, at the left. ``linkify`` as django-tables2 has it: a function of the record that gives an address."""

    css = "words"

    def __init__(self, *args: Any, css: str = "", **kwargs: Any) -> None:
        classes = f"{self.css} {css}".strip()
        kwargs.setdefault("attrs", {"th": {"class": classes}, "td": {"class": classes}})
        if not callable(kwargs.get("accessor")):
            kwargs.setdefault("default", formats.NONE)
        super().__init__(*args, **kwargs)

    def value(self, value: Any) -> Any:
        """As files have it."""
        return value

    def ordering(self, descending: bool) -> OrderBy:
        """What a queryset is ordered by: the column, nulls last."""
        by = F(self.sorted_by.replace(".", "__"))
        return by.desc(nulls_last=True) if descending else by.asc(nulls_last=True)

    _name = ""

    def bind(self, name: str) -> None:
        """Told by the table what it is called there."""
        self._name = name

    @property
    def sorted_by(self) -> str:
        """Path of the value that it is sorted by."""
        return str(self.order_by[0] if self.order_by else self.accessor or self._name).lstrip("-")


class WordColumn(TextColumn):
    """A word of ours (the label of a choice, a category, a unit), in the reader's language; as it is in files."""

    def render(self, value: Any) -> str:
        return str(in_words(value))


class FigureColumn(TextColumn):
    """A number with ``digits`` decimals; ``tone``: gains and losses have colours of their own and a sign."""

    css = "figure"

    def __init__(self, *args: Any, digits: int = 2, tone: bool = False, **kwargs: Any) -> None:
        self.digits, self.tone = digits, tone
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> str:
        shown = self.shown(value, record)
        return format_html('<span class="{}">{}</span>', formats.tone(value), shown) if self.tone else shown

    def shown(self, value: Any, record: Any) -> str:
        return formats.number(value, self.digits, sign=self.tone)


class AnySizeColumn(FigureColumn):
    """A raw figure of any size: a price-earnings ratio, a market value, an illiquidity."""

    def __init__(self, *args: Any, digits: int = 4, **kwargs: Any) -> None:
        super().__init__(*args, digits=digits, **kwargs)

    def shown(self, value: Any, record: Any) -> str:
        return formats.any_size(value, self.digits)


class PointsColumn(FigureColumn):
    """What is percent already (12.5), shown as percent."""

    def shown(self, value: Any, record: Any) -> str:
        return formats.points(value, self.digits, sign=self.tone)


class MeterColumn(FigureColumn):
    """A figure on a scale from 0 to ``top``, with a bar that screen readers pass over."""

    def __init__(self, *args: Any, top: float = 100.0, digits: int = 0, **kwargs: Any) -> None:
        self.top = top
        super().__init__(*args, digits=digits, **kwargs)

    def render(self, value: Any, record: Any) -> str:
        bar = format_html(
            '<meter min="0" max="{}" value="{}" aria-hidden="true"></meter>', repr(self.top), repr(float(value))
        )
        return format_html("{} {}", bar, self.shown(value, record))


class CompactColumn(FigureColumn):
    """A large figure in few characters; the whole of it in files. ``currency``: of a record, where it is an amount."""

    def __init__(self, *args: Any, currency: Callable[[Any], str] | None = None, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **kwargs)

    def shown(self, value: Any, record: Any) -> str:
        return formats.compact(value, self.currency(record) if self.currency else "")


class MoneyColumn(FigureColumn):
    """An amount in the currency of its record; ``digits`` None: the currency's own decimals."""

    def __init__(self, *args: Any, currency: Callable[[Any], str], digits: int | None = None, **kwargs: Any) -> None:
        self.currency, self.decimals = currency, digits
        super().__init__(*args, **kwargs)

    def shown(self, value: Any, record: Any) -> str:
        return formats.money(value, self.currency(record), self.decimals)


class DayColumn(TextColumn):
    """A date."""

    css = "day"

    def render(self, value: Any) -> str:
        return formats.day(value)


class MomentColumn(DayColumn):
    """A moment, in the time zone of the site."""

    def render(self, value: Any) -> str:
        return formats.moment(value)


class BadgeColumn(TextColumn):
    """A state as a coloured word; ``tones``: class of the style sheet by value (done, running, failed, quiet);
    ``labels``: what people read for a value.
    """

    def __init__(self, *args: Any, tones: dict[str, str], labels: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.tones, self.labels = tones, labels or {}
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any, bound_column: Any) -> str:
        name = f"get_{bound_column.accessor}_display"
        stored = bound_column.accessor.resolve(record, quiet=True)  # of a choice, ``value`` is the word already
        label = self.labels.get(str(stored), getattr(record, name)() if hasattr(record, name) else value)
        return format_html('<span class="state {}">{}</span>', self.tones.get(str(stored), "quiet"), in_words(label))
