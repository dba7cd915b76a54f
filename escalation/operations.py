"""What operators and their monitors ask."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_prometheus.exports import ExportToDjangoView
from prometheus_client.core import GaugeMetricFamily

from journal.queries import heartbeats

LOOPS = {"sweep": 15, "seal": 15, "relay": 30, "audit": 120}
LOOPBACK = ("127.0.0.1", "::1")


def findings(now: datetime) -> dict[str, Any]:
    """Return which loops are late, and what the auditor last found."""
    beats = heartbeats()
    late = [
        name
        for name, seconds in LOOPS.items()
        if name not in beats or now - beats[name].at > timedelta(seconds=seconds)
    ]
    audit = beats["audit"].detail if "audit" in beats else {}
    stuck = beats["sweep"].detail.get("stuck", 0) if "sweep" in beats else 0
    return {"late": late, "audit": audit, "stuck": stuck}


@non_atomic_requests
@never_cache
@require_GET
def livez(request: HttpRequest) -> HttpResponse:
    """Whether this process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@non_atomic_requests
@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve, and whether anything needs a person's attention.

    Only a missing database makes it 503: taking pages away would not mend a late loop. Hence no
    transaction is opened around it, which would fail first.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found = findings(timezone.now())
    except Error:
        return JsonResponse({"status": "unavailable", "reason": "database"}, status=503)
    fine = not found["late"] and not found["audit"].get("count") and not found["stuck"]
    return JsonResponse({"status": "ok" if fine else "attention", **found})


class LoopCollector:
    """Gauges of the background loops and of the auditor's findings."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Name nothing beforehand: the figures come from the database."""
        return []

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the figures as they stand in the database."""
        now = timezone.now()
        age = GaugeMetricFamily(
            "parley_loop_age_seconds", "Seconds since a background loop last ran", labels=["loop"]
        )
        violations = GaugeMetricFamily(
            "parley_audit_findings", "What the auditor found last", labels=["finding"]
        )
        beats = heartbeats()
        for name, beat in beats.items():
            age.add_metric([name], (now - beat.at).total_seconds())
        for finding, count in (beats["audit"].detail if "audit" in beats else {}).items():
            violations.add_metric([finding], count)
        return [age, violations]


def is_local(request: HttpRequest) -> bool:
    """Whether a request comes from this machine itself; behind a proxy all seem to."""
    behind_proxy = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) is not None
    return not behind_proxy and request.META["REMOTE_ADDR"] in LOOPBACK


@non_atomic_requests
@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics for who shows the configured token; without one, for this machine only."""
    token = settings.METRICS_TOKEN
    shown = request.headers.get("Authorization", "")
    if not (constant_time_compare(shown, f"Bearer {token}") if token else is_local(request)):
        return HttpResponse("Not for you.", status=403, content_type="text/plain")
    response: HttpResponse = ExportToDjangoView(request)
    return response
