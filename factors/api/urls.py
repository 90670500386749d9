"""Addresses of factors, below ``/api/``."""

from django.urls import path

from factors.api import views

urlpatterns = [
    path("factors/", views.FactorList.as_view(), name="factor-list"),
    path("factors/<str:name>/", views.FactorDetail.as_view(), name="factor-detail"),
    path("factor-scores/", views.ScoreList.as_view(), name="factorscore-list"),
    path("factor-runs/", views.RunList.as_view(), name="factorrun-list"),
    path("factor-runs/<int:pk>/", views.RunDetail.as_view(), name="factorrun-detail"),
]
