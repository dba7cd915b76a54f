"""The demo's sign-ins: generated once, kept in `<data>/demo.json`, printed."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from knox.crypto import hash_token

from escalation.demo.cast import FJORDSOUND, QUELLWERK, Person, Vendor
from escalation.demo.stage import Stage, stage_of
from escalation.demo.tries import TRIES
from tenants.actions import make_token, new_password, set_password
from tenants.models import ApiToken, Membership, Role, Tenant, initials_of
from tenants.scope import act_in

SignIns = dict[str, Any]
TOKEN_NAME = "Demo"  # noqa: S105 - a label


@dataclass(frozen=True, slots=True)
class Kept:
    """The sign-ins, and whether they were made just now."""

    signins: SignIns
    is_new: bool


def keep_signins(path: Path, tenants: dict[str, Tenant], url: str, at: datetime) -> Kept:
    """Return the sign-ins of the file, or make them all anew where it does not fit the database.

    So a lost file, or a new database under an old one, mends itself.
    """
    signins = read_signins(path)
    is_new = not _are_known(signins, tenants)
    if is_new:
        signins = make_signins(tenants, at)
    if is_new or signins.get("url") != url:
        signins = {**signins, "url": url}
        write_signins(path, signins)
    return Kept(signins, is_new)


def read_signins(path: Path) -> SignIns:
    """Return what is in the file; nothing where it is missing or unusable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_signins(path: Path, signins: SignIns) -> None:
    """Write the file whole, readable by its owner only."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(signins, file, indent=2, ensure_ascii=False)
        file.write("\n")
    beside.replace(path)


def _are_known(signins: SignIns, tenants: dict[str, Tenant]) -> bool:
    """Whether both vendors know their API token."""
    other = signins.get("other_tenant")
    parts = ((QUELLWERK, signins), (FJORDSOUND, other if isinstance(other, dict) else {}))
    return all(_is_known(tenants[vendor.slug], part.get("api_token")) for vendor, part in parts)


def _is_known(tenant: Tenant, token: object) -> bool:
    if not isinstance(token, str):
        return False
    with act_in(tenant.pk):
        found = ApiToken.objects.filter(tenant=tenant, digest=hash_token(token))
        return bool(found.exists())


def make_signins(tenants: dict[str, Tenant], at: datetime) -> SignIns:
    """Give everybody a new password and a new token, and the programs theirs."""
    everybody = {*QUELLWERK.everybody, *FJORDSOUND.everybody}
    passwords = {person.email: new_password() for person in everybody}
    for email, password in passwords.items():
        set_password(email, password)
    first, second = (
        part(vendor, tenants[vendor.slug], passwords, at) for vendor in (QUELLWERK, FJORDSOUND)
    )
    return {"url": "", **first, "other_tenant": second}


def part(vendor: Vendor, tenant: Tenant, passwords: dict[str, str], at: datetime) -> SignIns:
    """Return the sign-ins of one vendor, its tokens made now and those before revoked."""
    with act_in(tenant.pk):
        ApiToken.objects.filter(tenant=tenant, name=TOKEN_NAME).delete()
        stage = stage_of(vendor)
        program = Membership.objects.select_related("user").get(user__email=vendor.service_email)
        return {
            "tenant": vendor.slug,
            "api_token": make_token(program, name=TOKEN_NAME, by=None, at=at)[1],
            "users": list(_users(stage, passwords, at)),
        }


def _users(stage: Stage, passwords: dict[str, str], at: datetime) -> Iterable[dict[str, str]]:
    companies = {company.contact.key: company.slug for company in stage.vendor.companies}
    for person in stage.vendor.everybody:
        partner = stage.partners.get(companies.get(person.key, ""))
        member = stage.people[person.key]
        partner_id = partner.pk if partner else None
        _row, token = make_token(member, name=TOKEN_NAME, partner_id=partner_id, by=None, at=at)
        yield {
            "role": person.label,
            "email": person.email,
            "password": passwords[person.email],
            "token": token,
        }


def groups(signins: SignIns) -> list[dict[str, Any]]:
    """Return the people of the sign-in page's buttons, in groups."""
    known = {user["email"] for user in _users_of(signins)}
    return [
        {
            "title": title,
            "people": [_button(vendor, person) for person in people if person.email in known],
        }
        for title, vendor, people in _GROUPS
        if any(person.email in known for person in people)
    ]


def _users_of(signins: SignIns) -> list[dict[str, str]]:
    other = signins.get("other_tenant") or {}
    return [*signins.get("users", []), *other.get("users", [])]


def _button(vendor: Vendor, person: Person) -> dict[str, str]:
    return {
        "name": person.name,
        "initials": initials_of(person.name),
        "line": person.title,
        "try": TRIES[vendor.slug, person.key].line,
        "value": person.email,
    }


def _staff(vendor: Vendor) -> list[Person]:
    return [person for person in vendor.people if person.label != "facilitator"]


def _contacts(vendor: Vendor) -> list[Person]:
    return [person for person in vendor.everybody if person.role == Role.PARTNER]


_GROUPS = (
    (f"{QUELLWERK.name}, the vendor", QUELLWERK, _staff(QUELLWERK)),
    ("Its partners", QUELLWERK, _contacts(QUELLWERK)),
    ("Neutral", QUELLWERK, [p for p in QUELLWERK.people if p.label == "facilitator"]),
    (
        f"{FJORDSOUND.name}, another vendor",
        FJORDSOUND,
        [*_staff(FJORDSOUND), *_contacts(FJORDSOUND)],
    ),
)
