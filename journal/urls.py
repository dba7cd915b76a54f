"""Addresses of what people were told, under `/t/<slug>/`."""

from django.urls import path

from journal import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="notices-read"),
    path("outbox/", views.outbox, name="outbox"),
]
