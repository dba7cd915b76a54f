"""The only door to an absence: who sees it, and who may change it."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from ladder.models import Absence
from ladder.queries import STANDS_IN
from tenants.errors import NotAllowed
from tenants.models import Membership, Role

# Who is away concerns everybody who works on cases; why, only the person and who keeps the list.
SEES_ALL = (Role.ADMIN, Role.STAFF, Role.AUDITOR)


def visible_absences(member: Membership) -> QuerySet[Absence]:
    """Return the absences a member sees: all of the vendor's, or where their work is apart from
    others' those that concern them. Partners see none."""
    if member.role in SEES_ALL:
        return Absence.objects.all()
    if member.role not in STANDS_IN:
        return Absence.objects.none()
    return Absence.objects.filter(Q(person_id=member.user_id) | Q(delegate_id=member.user_id))


def absence_for(member: Membership, absence_id: UUID) -> Absence:
    """Return an absence, or fail in the same way whether it is missing or not for this member."""
    related = ("person", "delegate", "recorded_by")
    found = visible_absences(member).select_related(*related).filter(pk=absence_id).first()
    if found is None:
        raise Http404
    return found


def keeps(person_id: UUID, member: Membership) -> bool:
    """Whether a member may say when a person is away: they themselves, and an admin."""
    own = member.user_id == person_id and member.role in STANDS_IN
    return own or member.role == Role.ADMIN


def check_keeps(person_id: UUID, by: Membership | None) -> None:
    """Refuse who may not say when a person is away. None is whoever runs the installation."""
    if by is not None and not keeps(person_id, by):
        raise NotAllowed(_("Only the person, or an admin, can say when somebody is away."))
