"""What is kept of an account beside Django's user."""

from django.conf import settings
from django.db import models
from knox.models import AbstractAuthToken


class ApiToken(AbstractAuthToken):
    """A key to the API that somebody made and named; of its text only a hash is kept, and how it begins."""

    name = models.CharField(max_length=64)

    class Meta:
        ordering = ["-created"]
        verbose_name = "API token"
        verbose_name_plural = "API tokens"

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}...)"


class Profile(models.Model):
    """What somebody chose for themselves."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    language = models.CharField(max_length=10, blank=True, help_text="Of the pages; blank: that of the browser.")

    def __str__(self) -> str:
        return str(self.user)


class SetupSecret(models.Model):
    """The one address at which the first administrator can be made: a hash of its secret."""

    digest = models.CharField(max_length=64, primary_key=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"of {self.created_at}"
