"""The page of exchange rates: an admin adds, staff and auditors read."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ladder.actions import allowed, set_rate
from ladder.forms import RateForm
from ladder.models import ExchangeRate
from ladder.queries import programme, rates_on
from ladder.views import READS
from tenants.errors import Invalid, NotAllowed
from tenants.forms import put_on
from tenants.middleware import ScopedRequest
from tenants.models import Role

MOST_SHOWN = 200


@require_http_methods(["GET", "POST"])
def rates(request: ScopedRequest, slug: str) -> HttpResponse:
    """What each currency is worth, by day; the form to add a rate, for an admin."""
    member = request.membership
    if member.role not in READS:
        raise NotAllowed(_("Only staff and auditors see the rules."))
    if request.method == "POST":
        allowed(member)
        form = RateForm(request.POST, own=programme().currency)
        if form.is_valid() and added(request, form):
            messages.success(request, _("The rate is kept."))
            return redirect("rates", slug)
        return render(request, "rates.html", page(form), status=422)
    form = RateForm(own=programme().currency, initial={"valid_from": timezone.localdate()})
    return render(request, "rates.html", page(form if member.role == Role.ADMIN else None))


def added(request: ScopedRequest, form: RateForm) -> bool:
    """Keep a rate; what is wrong with it goes to its field."""
    try:
        set_rate(**form.cleaned_data, by=request.membership, at=timezone.now())
    except Invalid as problem:
        put_on(form, problem)
        return False
    return True


def page(form: RateForm | None) -> dict[str, Any]:
    """Return what the page shows: the latest rates first of each currency."""
    today = timezone.localdate()
    in_force = {(rate.currency, rate.valid_from) for rate in rates_on(today)}
    rows = list(ExchangeRate.objects.select_related("created_by")[:MOST_SHOWN])
    return {
        "form": form,
        "own": programme().currency,
        "rates": [
            {
                "currency": row.currency,
                "rate": f"{row.rate.normalize():f}",
                "valid_from": row.valid_from,
                "by": row.created_by.name if row.created_by else "",
                "in_force": (row.currency, row.valid_from) in in_force,
                "ahead": row.valid_from > today,
            }
            for row in rows
        ],
        "empty": {
            "title": _("No rates yet"),
            "text": _(
                "Without a rate, a concession in another currency is decided by the highest level."
            ),
        },
    }
