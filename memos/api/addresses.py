"""The API's addresses of concessions and memos, under `/api/v1/`."""

from django.urls import path

from memos.api import concessions, memo_verbs, memos

CONCESSION, MEMO = "concessions/<uuid:concession_id>/", "memos/<uuid:memo_id>/"
OF_CONCESSION = {
    "decide": concessions.DecideConcession,
    "accept": concessions.AcceptCounter,
    "change": concessions.ChangeConcession,
    "withdraw": concessions.WithdrawConcession,
}
OF_MEMO = {
    "ask-review": memo_verbs.AskReview,
    "review": memo_verbs.Review,
    "take-back": memo_verbs.TakeBack,
    "issue": memo_verbs.Issue,
    "succeed": memo_verbs.Succeed,
    "acknowledge": memo_verbs.AcknowledgeMemo,
    "pdf": memos.MemoPdf,
}
urlpatterns = [
    path("concessions/", concessions.Concessions.as_view(), name="api-concessions"),
    path(CONCESSION, concessions.OneConcession.as_view(), name="api-concession"),
    *(
        path(f"{CONCESSION}{name}/", view.as_view(), name=f"api-concession-{name}")
        for name, view in OF_CONCESSION.items()
    ),
    path("memos/", memos.Memos.as_view(), name="api-memos"),
    path(MEMO, memos.OneMemo.as_view(), name="api-memo"),
    *(
        path(f"{MEMO}{name}/", view.as_view(), name=f"api-memo-{name}")
        for name, view in OF_MEMO.items()
    ),
    path(
        f"{MEMO}actions/<uuid:action_id>/done/",
        memo_verbs.ActionDone.as_view(),
        name="api-memo-action-done",
    ),
]
