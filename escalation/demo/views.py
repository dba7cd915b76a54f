"""An act of the demo: hiding what to try."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from escalation.demo.panel import HIDDEN


@require_POST
@login_required
def hide_tries(request: HttpRequest) -> HttpResponse:
    """Show it no more until one signs in again. Outside a demo there is no such address."""
    if not settings.DEMO:
        raise Http404
    request.session[HIDDEN] = True
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return redirect(target if ours else "choose")
