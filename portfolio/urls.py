"""Addresses of the pages: portfolios."""

from django.urls import path

from portfolio.views import (
    actions,
    base,
    editing,
    exposure,
    holdings,
    importing,
    listing,
    overview,
    risk,
    settings,
    trails,
)
from portfolio.views import transactions as books

app_name = "portfolio"
_OF = "portfolios/<int:pk>/"
urlpatterns = [
    path("portfolios/", listing.Portfolios.as_view(), name="portfolios"),
    path("portfolios/new/", settings.New.as_view(), name="new"),
    path(_OF, overview.Overview.as_view(), name="portfolio"),
    path(f"{_OF}state/", base.State.as_view(), name="state"),
    path(f"{_OF}revalue/", base.Revalue.as_view(), name="revalue"),
    path(f"{_OF}findings/", overview.Findings.as_view(), name="findings"),
    path(f"{_OF}contributions/", overview.Contributions.as_view(), name="contributions"),
    path(f"{_OF}trail/<slug:figure>/", trails.Trail.as_view(), name="trail"),
    path(f"{_OF}holdings/", holdings.Holdings.as_view(), name="holdings"),
    path(f"{_OF}holdings/<int:instrument>/lots/", holdings.Lots.as_view(), name="lots"),
    path(f"{_OF}transactions/", books.Transactions.as_view(), name="transactions"),
    path(f"{_OF}transactions/new/", editing.AddTransaction.as_view(), name="transaction-new"),
    path(f"{_OF}transactions/<int:number>/", editing.EditTransaction.as_view(), name="transaction"),
    path(f"{_OF}transactions/<int:number>/delete/", editing.DeleteTransaction.as_view(), name="transaction-delete"),
    path(f"{_OF}import/", importing.ImportFile.as_view(), name="import"),
    path(f"{_OF}import/<str:token>/", importing.Preview.as_view(), name="import-preview"),
    path(f"{_OF}import/<str:token>/refused.csv", importing.Refused.as_view(), name="import-refused"),
    path(f"{_OF}actions/", actions.Missing.as_view(), name="actions"),
    path(f"{_OF}risk/", risk.Risk.as_view(), name="risk"),
    path(f"{_OF}risk/var/", risk.VarHeld.as_view(), name="risk-var"),
    path(f"{_OF}risk/contributions/", risk.RiskParts.as_view(), name="risk-contributions"),
    path(f"{_OF}risk/benchmarks/", risk.Compared.as_view(), name="risk-benchmarks"),
    path(f"{_OF}risk/attribution/", risk.Attribution.as_view(), name="risk-attribution"),
    path(f"{_OF}exposure/", exposure.Exposure.as_view(), name="exposure"),
    path(f"{_OF}settings/", settings.Settings.as_view(), name="settings"),
    path(f"{_OF}settings/benchmarks/", settings.SetBenchmarks.as_view(), name="benchmarks"),
    path(f"{_OF}settings/limits/", settings.SetLimits.as_view(), name="limits"),
    path(f"{_OF}alerts/<int:alert>/seen/", settings.SeenAlert.as_view(), name="alert-seen"),
    path(f"{_OF}delete/", settings.Delete.as_view(), name="delete"),
]
