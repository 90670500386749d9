"""Addresses of accounts, below ``/accounts/``."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from quantsite.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.Account.as_view(), name="account"),
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", views.SignUp.as_view(), name="signup"),
    path("password/", views.PasswordChange.as_view(), name="password"),
    path("reset/", views.Reset.as_view(), name="reset"),
    path("reset/sent/", views.ResetSent.as_view(), name="reset-sent"),
    path("reset/<uidb64>/<token>/", views.ResetConfirm.as_view(), name="reset-confirm"),
    path("tokens/", views.TokenMake.as_view(), name="token-make"),
    path("tokens/<slug:token_key>/revoke/", views.TokenRevoke.as_view(), name="token-revoke"),
]
