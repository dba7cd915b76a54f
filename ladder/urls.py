"""Addresses of the policy, under `/t/<slug>/`."""

from django.urls import path

from ladder import rate_views, views

urlpatterns = [
    path("rules/", views.policy, name="policy"),
    path("rules/rates/", rate_views.rates, name="rates"),
]
