"""Addresses of the admin of portfolios, and people who look at them."""

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

IMPORT = "/admin/portfolio/transaction/import-file/"


def address(model, page, *args) -> str:
    return reverse(f"admin:portfolio_{model._meta.model_name}_{page}", args=args)


def staff(name: str, *permissions: str) -> Client:
    user, _ = User.objects.get_or_create(username=name)
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client
