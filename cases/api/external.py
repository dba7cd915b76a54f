"""Cases by the id they have in another system: what a CRM sends again and again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import lock_case, visible_cases
from cases.api import examples
from cases.api.collection import READS, UNSEEN, WRITES, shown
from cases.editing import edit_case
from cases.incoming import USUAL_CURRENCY, facts_of, partner_called, read_new
from cases.models import Case, Party, PartyRole
from cases.opening import open_case
from cases.queries import complainant_of
from cases.serializers import CasePutSerializer, CaseSerializer, ExternalIdSerializer
from tenants.errors import Invalid, NotAllowed
from tenants.models import Role
from tenants.rest.description import operation
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation, checked

LOGGED = OpenApiResponse(
    CaseSerializer,
    "Logged, for there was none.",
    [OpenApiExample("Logged", examples.WHOLE, response_only=True, status_codes=["201"])],
)


class CaseByExternalId(Operation):
    """A case by its id in another system."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "PUT": WRITES}

    @operation(
        "cases_by_external_id_retrieve",
        "One case, by its id in another system",
        gives=CaseSerializer,
        versioned=True,
        answer=examples.WHOLE,
    )
    def get(self, request: Request, source: str, external_id: str) -> Response:
        """Answer the case as `cases_retrieve` does. An id with slashes stands in the address
        percent-encoded, or as it is."""
        try:
            named = checked(ExternalIdSerializer, {"source": source, "external_id": external_id})
        except ValidationError:
            raise Http404 from None
        found = self.existing(**named)
        if found is None:
            raise Http404
        return shown(self.member, found.pk, request)

    @operation(
        "cases_by_external_id_update",
        "Log a dispute, or bring the one with this id up to date",
        method="put",
        takes=CasePutSerializer,
        gives=CaseSerializer,
        also={201: LOGGED, **UNSEEN},
        tagged=True,
        versioned=True,
        example=examples.SENT,
        answer=examples.SENT_AGAIN,
    )
    def put(self, request: Request, source: str, external_id: str) -> Response:
        """Log it (201), or change what is told of it (200). Nothing is written where nothing is
        new, so that sending it again does no harm."""
        named = checked(ExternalIdSerializer, {"source": source, "external_id": external_id})
        given = self.given(CasePutSerializer)
        refuse_another_id(given, named)
        given |= named
        found = self.existing(**named)
        if found is None:
            try:
                return self.logged(request, given)
            except Invalid as problem:
                # Another request with the same id was faster.
                found = self.existing(**named)
                if "external_id" not in problem.errors or found is None:
                    raise
        return self.updated(request, found, given)

    def existing(self, source: str, external_id: str) -> Case | None:
        """Return the case a member sees under this id."""
        named = visible_cases(self.member).filter(source_system=source, external_id=external_id)
        return named.select_related("category").first()

    def logged(self, request: Request, given: Mapping[str, Any]) -> Response:
        """Log the dispute."""
        if "If-Match" in request.headers:
            # It is meant for a case that there is, whatever version; a broken one is said to be so.
            tags_seen(request)
            raise Http404
        case = open_case(read_new(given), by=self.member, at=self.at)
        return shown(self.member, case.pk, request, status=201)

    def updated(self, request: Request, case: Case, given: Mapping[str, Any]) -> Response:
        """Bring the case up to date."""
        if self.member.role not in (Role.ADMIN, Role.STAFF):
            raise NotAllowed(_("Only staff of the vendor can do this."))
        case.seen_tags = tags_seen(request)
        # What is left out stays as it is at that moment.
        case = lock_case(case)
        refuse_other_facts(case, given)
        partner, usual = complainant_of(case), case.currency or USUAL_CURRENCY
        facts = facts_of(given, partner, case.category, own=False, currency=usual)
        if "fields" in facts:
            left = {k: v for k, v in case.fields.items() if k not in given["fields"]}
            facts["fields"] = {**left, **facts["fields"]}
        changes = {"title": given["title"].strip(), **facts}
        edit_case(case, changes, by=self.member, at=self.at)
        return shown(self.member, case.pk, request)


def refuse_another_id(given: Mapping[str, Any], named: Mapping[str, str]) -> None:
    """Refuse a body that names another id than the address."""
    errors = {
        k: _("The address names another one.") for k, v in named.items() if given.get(k, v) != v
    }
    if errors:
        raise Invalid(errors)


def refuse_other_facts(case: Case, given: Mapping[str, Any]) -> None:
    """Refuse what cannot be changed by sending it: it has consequences, and verbs of its own."""
    said = _("This cannot be changed this way.")
    errors = {}
    if given["category"] != case.category.slug:
        errors["category"] = said
    for name in ("severity", "severity_reason"):
        if given.get(name, getattr(case, name)) != getattr(case, name):
            errors[name] = said
    if given.get("ladder", case.ladder_id) != case.ladder_id:
        errors["ladder"] = said
    errors |= other_parties(case, given, said)
    if errors:
        raise Invalid(errors)


def other_parties(case: Case, given: Mapping[str, Any], said: str) -> dict[str, str]:
    """Return which partners a body names that have no such part in the case."""
    parts = set(Party.objects.filter(case_id=case.pk).values_list("partner_id", "role"))
    named = [("partner", given.get("partner"), PartyRole.COMPLAINANT.value)]
    named += [
        (f"parties[{n}].partner", party["partner"], party["role"])
        for n, party in enumerate(given.get("parties", ()))
    ]
    errors = {}
    for field, text, role in named:
        try:
            if text is not None and (partner_called(text).pk, role) not in parts:
                errors[field] = said
        except LookupError:
            errors[field] = _("There is none like this.")
    return errors
