"""The API's addresses of cases, under `/api/v1/`."""

from django.urls import path

from cases.api import collection, explain, external, feed, overrides, rebases, talk, verbs

CASE = "cases/<uuid:case_id>/"
VERBS = {
    "acknowledge": verbs.Acknowledge,
    "escalate": verbs.Escalate,
    "hand-back": verbs.HandBack,
    "reassign": verbs.Reassign,
    "hand-over": verbs.HandOver,
    "decide": verbs.Decide,
    "revise": verbs.Revise,
    "resolve": verbs.Resolve,
    "close": verbs.Close,
    "withdraw": verbs.Withdraw,
    "reopen": verbs.Reopen,
    "change-severity": verbs.ChangeSeverity,
    "hold": verbs.Hold,
    "updates": verbs.ShareUpdate,
    "pause": verbs.Pause,
    "resume": verbs.Resume,
    "keep-waiting": verbs.KeepWaiting,
    "request-level": verbs.RequestLevel,
    "decline-request": verbs.DeclineRequest,
    "parties": verbs.AddParty,
}
urlpatterns = [
    path("cases/", collection.Cases.as_view(), name="api-cases"),
    path(
        # An id may have slashes, and a server shows an encoded one as it shows a plain one.
        "cases/by-external-id/<str:source>/<path:external_id>/",
        external.CaseByExternalId.as_view(),
        name="api-case-external",
    ),
    path(CASE, collection.OneCase.as_view(), name="api-case"),
    *(
        path(f"{CASE}{name}/", view.as_view(), name=f"api-case-{name}")
        for name, view in VERBS.items()
    ),
    path(f"{CASE}messages/", talk.Messages.as_view(), name="api-case-messages"),
    path(f"{CASE}clocks/", talk.Clocks.as_view(), name="api-case-clocks"),
    path(
        "clocks/<uuid:clock_id>/explain/", explain.ExplainClock.as_view(), name="api-clock-explain"
    ),
    path("overrides/", overrides.Overrides.as_view(), name="api-overrides"),
    path("overrides/<uuid:override_id>/", overrides.OneOverride.as_view(), name="api-override"),
    path(
        "overrides/<uuid:override_id>/reconcile/",
        overrides.Reconcile.as_view(),
        name="api-override-reconcile",
    ),
    path("rebases/", rebases.Rebases.as_view(), name="api-rebases"),
    path("rebases/<uuid:rebase_id>/", rebases.OneRebase.as_view(), name="api-rebase"),
    path(
        "rebases/<uuid:rebase_id>/clocks/",
        rebases.RebaseClocks.as_view(),
        name="api-rebase-clocks",
    ),
    path(
        "rebases/<uuid:rebase_id>/approve/",
        rebases.ApproveRebase.as_view(),
        name="api-rebase-approve",
    ),
    path(
        "rebases/<uuid:rebase_id>/turn-down/",
        rebases.TurnDownRebase.as_view(),
        name="api-rebase-turn-down",
    ),
    path(f"{CASE}events/", feed.CaseEvents.as_view(), name="api-case-events"),
    path("events/", feed.Feed.as_view(), name="api-events"),
]
