"""Addresses of partners, under `/p/<slug>/<partner>/`."""

from django.urls import path

from portal import views

urlpatterns = [path("", views.cases, name="portal-cases")]
