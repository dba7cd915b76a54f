"""Addresses of the policy, under `/t/<slug>/`."""

from django.urls import path

from ladder import absence_views, rate_views, views

urlpatterns = [
    path("rules/", views.policy, name="policy"),
    path("rules/rates/", rate_views.rates, name="rates"),
    path("away/", absence_views.absences, name="absences"),
    path("away/<uuid:absence_id>/end/", absence_views.end, name="absence-end"),
]
