"""Addresses of a tenant's own settings, under `/t/<slug>/`."""

from django.urls import path

from tenants import token_views

urlpatterns = [
    path("settings/tokens/", token_views.tokens, name="tokens"),
    path("settings/tokens/new/", token_views.token_new, name="token-new"),
    path("settings/tokens/new/<uuid:member_id>/", token_views.token_new, name="token-new-for"),
    path("settings/tokens/<slug:token_key>/revoke/", token_views.revoke, name="token-revoke"),
    path("settings/programs/new/", token_views.program_new, name="program-new"),
]
