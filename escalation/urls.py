"""Every address of the product."""

from typing import Any

from django.urls import include, path

from escalation import api, entrance, operations
from escalation.demo.views import hide_tries

tenant = [
    path("", include("cases.urls")),
    path("", include("journal.urls")),
    path("", include("ladder.urls")),
    path("", include("memos.urls")),
    path("", include("tenants.urls")),
]
v1: list[Any] = [
    path("me/", api.Me.as_view(), name="api-me"),
    path("schema/", api.schema, name="api-schema"),
    path("docs/", api.docs, name="api-docs"),
    path("", include("partners.addresses")),
    path("", include("ladder.api.addresses")),
    path("", include("cases.api.addresses")),
    path("", include("memos.api.addresses")),
]
urlpatterns = [
    path("", entrance.home, name="home"),
    path("sign-in/", entrance.sign_in, name="sign-in"),
    path("sign-out/", entrance.sign_out, name="sign-out"),
    path("choose/", entrance.choose, name="choose"),
    path("demo/hide/", hide_tries, name="demo-hide"),
    path("t/<slug:slug>/", include(tenant)),
    path("p/<slug:slug>/<slug:partner>/", include("portal.urls")),
    path("api/v1/", include(v1)),
    path("livez", operations.livez, name="livez"),
    path("readyz", operations.readyz, name="readyz"),
    path("metrics", operations.metrics, name="metrics"),
]
handler404 = "escalation.failures.not_found"
handler500 = "escalation.failures.server_error"
