"""Addresses of partners, under `/p/<slug>/<partner>/`."""

from django.urls import path

from portal import clock_views, intake_views, memo_views, token_views, views

urlpatterns = [
    path("", views.cases, name="portal-cases"),
    path("log/", intake_views.log, name="portal-log"),
    path("log/<slug:category>/", intake_views.log_category, name="portal-log-category"),
    path("cases/<uuid:case_id>/", views.case, name="portal-case"),
    path("cases/<uuid:case_id>/do/<slug:act>/", views.do, name="portal-case-do"),
    path("cases/<uuid:case_id>/clocks/<uuid:clock_id>/", clock_views.clock, name="portal-clock"),
    path("cases/<uuid:case_id>/memo/", memo_views.memo, name="portal-memo"),
    path("cases/<uuid:case_id>/memo/pdf/", memo_views.memo_pdf, name="portal-memo-pdf"),
    path("tokens/", token_views.tokens, name="portal-tokens"),
    path("tokens/new/", token_views.token_new, name="portal-token-new"),
    path("tokens/<slug:own_key>/revoke/", token_views.revoke, name="portal-token-revoke"),
]
