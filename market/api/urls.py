"""Addresses of the ground floor, below ``/api/``."""

from django.urls import path

from market.api import jobs, views

urlpatterns = [
    path("instruments/", views.InstrumentList.as_view(), name="instrument-list"),
    path("instruments/<int:pk>/", views.InstrumentById.as_view(), name="instrument-by-id"),
    path("instruments/<str:region>/<str:ticker>/", views.InstrumentDetail.as_view(), name="instrument-detail"),
    path("prices/", views.PriceList.as_view(), name="price-list"),
    path("fundamentals/", views.FundamentalList.as_view(), name="fundamental-list"),
    path("fx/", views.FxRateList.as_view(), name="fxrate-list"),
    path("load-runs/", views.LoadRunList.as_view(), name="loadrun-list"),
    path("load-runs/<int:pk>/", views.LoadRunDetail.as_view(), name="loadrun-detail"),
    path("load-runs/<int:pk>/rejected/", views.RejectedRows.as_view(), name="loadrun-rejected"),
    path("jobs/", jobs.JobList.as_view(), name="job-list"),
    path("jobs/<str:kind>/<str:pk>/", jobs.JobDetail.as_view(), name="job-detail"),
    path("jobs/<str:kind>/<str:pk>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("jobs/<str:kind>/<str:pk>/cancel/", jobs.JobCancel.as_view(), name="job-cancel"),
]
