"""The page: text, tables and charts of an analysis in one HTML file, Plotly's script included."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override
from plotly.offline import get_plotlyjs

from factors.models import Factor, FactorAnalysis
from factors.tearsheet import tables
from factors.tearsheet.charts import correlation_chart, factor_charts
from market.pages.charts import numbered
from market.regions import region_get


@override("en")
def tear_sheet(analysis: FactorAnalysis) -> str:
    """HTML of a finished analysis (one with a ``result``); needs no network and no other file."""
    result: dict[str, Any] = analysis.result
    factors = {name: result["factors"][name] for name in analysis.factor_names if name in result["factors"]}
    sections = [_section(name, found, result["days"]) for name, found in factors.items()]
    together = [correlation_chart(result["correlation"])] if len(sections) > 1 else []
    charts = numbered([*together, *(chart for section in sections for chart in section["charts"])])
    context = {
        "analysis": analysis, "result": result, "region": region_get(analysis.region), "sections": sections,
        "title": ", ".join(factors), "facts": _facts(analysis, result), "together": together,
        "overview": tables.overview(factors) if len(sections) > 1 else None,
        "problems": result.get("problems", {}), "figures": charts, "plotly": get_plotlyjs(),
    }  # fmt: skip
    return render_to_string("factors/tear_sheet.html", context)


def _section(name: str, found: dict[str, Any], days: list[str]) -> dict[str, Any]:
    description = Factor.objects.filter(name=name).values_list("description", flat=True).first() or ""
    shown = [tables.information(found), tables.coverage(found), tables.quantiles(found)]
    return {
        "name": name, "description": description, "tiles": tables.tiles(found), "tables": shown,
        "charts": factor_charts(days, found), "warnings": found["warnings"],
    }  # fmt: skip


def _facts(analysis: FactorAnalysis, result: dict[str, Any]) -> list[tuple[str, str]]:
    options = analysis.options
    ended = f", {result['ended']} of which stopped trading and count to their last day" if result["ended"] else ""
    returns = "returns less the session's mean" if options["demean"] else "raw returns"
    return [
        ("universe", f"{result['instruments']:,} stocks with a score{ended}"),
        ("period", f"{analysis.start} to {analysis.end}, {result['sessions']:,} sessions"),
        ("returns", f"{returns}, adjusted closes to {result['prices_through']}"),
        ("quantiles", f"{options['quantiles']}, anew every session"),
    ]
