"""The API's addresses of partners, under `/api/v1/`."""

from django.urls import path

from partners import api

urlpatterns = [
    path("partners/", api.Partners.as_view(), name="api-partners"),
    path("partners/<uuid:partner_id>/", api.OnePartner.as_view(), name="api-partner"),
]
