"""Addresses of cases, under `/t/<slug>/`."""

from django.urls import path

from cases import clock_views, handover_views, intake_views, override_views, rebase_views, views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/fresh/", views.fresh, name="inbox-fresh"),
    path("search/", views.search, name="search"),
    path("log/", intake_views.log, name="log"),
    path("log/<slug:category>/", intake_views.log_category, name="log-category"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/do/<slug:verb>/", views.do, name="case-do"),
    path("cases/<uuid:case_id>/due/", clock_views.due, name="case-due"),
    path(
        "cases/<uuid:case_id>/clocks/<uuid:clock_id>/",
        clock_views.clock,
        name="case-clock",
    ),
    path("overrides/", override_views.overrides, name="overrides"),
    path("rules/rebases/", rebase_views.rebases, name="rebases"),
    path("rules/rebases/new/", rebase_views.new, name="rebase-new"),
    path("rules/rebases/<uuid:rebase_id>/", rebase_views.rebase, name="rebase"),
    path("rules/rebases/<uuid:rebase_id>/answer/", rebase_views.answer, name="rebase-answer"),
    path("health/", views.health, name="health"),
    path("away/<uuid:absence_id>/", handover_views.absence, name="absence"),
]
