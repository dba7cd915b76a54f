"""Addresses of partners, under `/p/<slug>/<partner>/`."""

from django.urls import path

from portal import views

urlpatterns = [
    path("", views.cases, name="portal-cases"),
    path("cases/<uuid:case_id>/", views.case, name="portal-case"),
]
