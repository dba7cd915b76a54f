"""Addresses of what was decided, under `/t/<slug>/`."""

from django.urls import path

from memos.views import approvals, concession, memo, memo_archive, memo_edit

urlpatterns = [
    path("approvals/", approvals.dashboard, name="approvals"),
    path("cases/<uuid:case_id>/concessions/new/", concession.new, name="concession-new"),
    path(
        "cases/<uuid:case_id>/concessions/<uuid:concession_id>/",
        concession.concession,
        name="concession",
    ),
    path(
        "cases/<uuid:case_id>/concessions/<uuid:concession_id>/do/<slug:what>/",
        concession.do,
        name="concession-do",
    ),
    path("memos/", memo_archive.archive, name="memos"),
    path("cases/<uuid:case_id>/memo/", memo.of_case, name="memo-of-case"),
    path("memos/<uuid:memo_id>/", memo.memo, name="memo"),
    path("memos/<uuid:memo_id>/edit/", memo_edit.edit, name="memo-edit"),
    path("memos/<uuid:memo_id>/do/<slug:step>/", memo.do, name="memo-do"),
    path(
        "memos/<uuid:memo_id>/actions/<uuid:action_id>/done/",
        memo.action_done,
        name="memo-action-done",
    ),
    path("memos/<uuid:memo_id>/pdf/", memo.memo_pdf, name="memo-pdf"),
    path("memos/<uuid:memo_id>/pdf/<slug:partner>/", memo.copy_pdf, name="memo-pdf-copy"),
]
