"""Every address of the site, by room."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from quantsite.health import Health
from quantsite.metrics import metrics

admin.autodiscover()  # here, not at every start: see quantsite.admin_app
api = [
    path("", include("market.api.urls")),
    path("", include("factors.api.urls")),
    path("", include("etfs.api.urls")),
    path("health/", Health.as_view(), name="health"),
    path("health", Health.as_view(schema=None)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
]
urlpatterns = [
    path("", TemplateView.as_view(template_name="quantsite/home.html"), name="home"),
    path("api/", include(api)),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
]
