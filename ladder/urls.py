"""Addresses of the policy, under `/t/<slug>/`."""

from django.urls import path

from ladder import views

urlpatterns = [path("rules/", views.policy, name="policy")]
