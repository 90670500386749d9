"""Every address of the site, by room."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.defaults import page_not_found
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from quantsite.accounts.views import Setup
from quantsite.health import Health
from quantsite.metrics import metrics
from quantsite.pages.home import Home
from quantsite.ready import Ready

admin.autodiscover()  # here, not at every start: see quantsite.admin_app
api = [
    path("", include("market.api.urls")),
    path("", include("factors.api.urls")),
    path("", include("etfs.api.urls")),
    path("", include("portfolio.api.urls")),
    path("", include("backtests.api.urls")),
    path("health/", Health.as_view(), name="health"),
    path("health", Health.as_view(schema=None)),
    path("ready/", Ready.as_view(), name="ready"),
    path("ready", Ready.as_view(schema=None)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
]
urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("market.urls")),
    path("", include("factors.urls")),
    path("", include("etfs.urls")),
    path("", include("backtests.urls")),
    path("", include("portfolio.urls")),
    path("api/", include(api)),
    path("favicon.ico", RedirectView.as_view(url=f"/{settings.STATIC_URL.lstrip('/')}quantsite/icon.svg")),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("quantsite.accounts.urls")),
    path("setup/<str:secret>/", Setup.as_view(), name="setup"),
    path("admin/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),  # one door for all
    path("admin/", admin.site.urls),
]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """JSON for programs, a page for people."""
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": f"no such address: {request.path_info[:200]}"}, status=404)
    return page_not_found(request, exception)


handler404 = not_found
