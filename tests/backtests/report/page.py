"""A report read as a browser would: what it fetches, its tables, figures and texts, and whether its tags fit."""

import json
from html.parser import HTMLParser

import plotly.graph_objects as go

VOID = {"meta", "link", "br", "img", "input", "hr"}
FETCHES = {"src", "href", "srcset", "data", "poster", "action"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.size = len(text)
        self.open, self.wrong, self.fetched, self.ids, self.links = [], [], [], [], []
        self.figures, self.text, self.scripts = {}, [], 0
        self.tables, self.styles, self.titles = {}, [], []
        self._figures, self._caption = "", None
        self.feed(text)
        self.close()
        self.figures = json.loads(self._figures)
        self.words = " ".join(" ".join(self.text).split())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self.open.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.titles += [given["title"]] if "title" in given else []
        self.scripts += tag == "script"
        for name in FETCHES & set(given):
            (self.links if given[name].startswith("#") else self.fetched).append(given[name])
        self.wrong += [name for name in given if name.startswith("on")]
        if tag == "table":
            self._table = {"head": [], "rows": [], "cells": [], "id": given.get("id")}
        elif tag == "tr":
            self._row, self._cells = [], []
        elif tag in ("th", "td"):
            self._row.append("")
            self._cells.append(given)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.wrong.append(f"</{tag}> while {[one for one, _ in self.open[-3:]]} is open")
            return
        self.open.pop()
        if tag == "caption":
            self.tables[self._caption] = self._table
        if tag == "tr":
            inside = "head" if any(one == "thead" for one, _ in self.open) else "rows"
            if inside == "head":
                self._table["head"] = self._row
                self.wrong += [cell for cell in self._cells if cell.get("scope") != "col"]
            else:
                self._table["rows"].append(self._row)
                self._table["cells"].append(self._cells)
                self.wrong += [] if self._cells[0].get("scope") == "row" else ["a row without a name"]

    def handle_data(self, data):
        tag, given = self.open[-1] if self.open else ("", {})
        if given.get("id") == "figures":
            self._figures += data
        elif tag == "caption":
            self._caption = data
        elif tag not in ("script", "style"):
            self.text.append(data)
            if tag in ("th", "td"):
                self._row[-1] += data

    def column(self, table, head):
        """Texts of a column of the table with this caption."""
        found = self.tables[table]
        place = found["head"].index(head)
        return [row[place] for row in found["rows"]]

    def figure(self, *names):
        """The figure whose traces have these names."""
        found = [one for one in self.figures.values() if tuple(trace["name"] for trace in one["data"]) == names]
        assert len(found) == 1, [[trace["name"] for trace in one["data"]] for one in self.figures.values()]
        return found[0]


def checked(html):
    """The page of a report, after what holds of every report was asserted."""
    page = Page(html)
    assert html.startswith("<!doctype html>")
    assert (page.open, page.wrong, page.fetched) == ([], [], [])
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert page.scripts == 4  # the figures, Plotly, charts, tables
    for name, figure in page.figures.items():
        assert name in page.ids
        for state in [figure, *figure.get("states", {}).values()]:
            go.Figure(data=state.get("data", []), layout=state.get("layout", {}))  # refuses what Plotly does not know
        assert all(any(value is not None for value in trace.get("y", [])) for trace in figure["data"])
    assert "None" not in page.words
    assert "nan" not in page.words.split()
    return page
