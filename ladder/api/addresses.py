"""The API's addresses of the policy, under `/api/v1/`."""

from django.urls import path

from ladder.api import absences, calendars, categories, ladders

urlpatterns = [
    path("categories/", categories.Categories.as_view(), name="api-categories"),
    path("calendars/", calendars.Calendars.as_view(), name="api-calendars"),
    path("calendars/preview/", calendars.CalendarPreview.as_view(), name="api-calendar-preview"),
    path("calendars/<uuid:calendar_id>/", calendars.OneCalendar.as_view(), name="api-calendar"),
    path("ladders/", ladders.Ladders.as_view(), name="api-ladders"),
    path("ladders/<uuid:ladder_id>/", ladders.OneLadder.as_view(), name="api-ladder"),
    path("absences/", absences.Absences.as_view(), name="api-absences"),
    path("absences/<uuid:absence_id>/", absences.OneAbsence.as_view(), name="api-absence"),
    path(
        "absences/<uuid:absence_id>/end/",
        absences.EndAbsence.as_view(),
        name="api-absence-end",
    ),
]
