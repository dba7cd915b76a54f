"""Configuration of the app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Who uses the product."""

    name = "tenants"
