"""Attacking the API with what its own description says of it: every operation, whatever may be sent
and whatever may not, as one kind of token or none.

What is sent names real things as often as made-up ones; each request is taken back. An answer must
be one that the description knows: its status, type, headers and shape; nothing that is not allowed
may be taken for allowed, and nothing may fail on our side.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from escalation.api import DESCRIPTION

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Names in a body or a query that stand for things there are.
NAMES = {
    "partner": "partner_id",
    "case": "case_id",
    "ladder": "ladder_id",
    "calendar": "calendar_id",
    "category": "category",
    "to": "user_id",
    "reviewer": "user_id",
    "owner": "user_id",
    "person": "user_id",
    "delegate": "user_id",
    "absence": "absence_id",
}


@cache
def described() -> Any:
    """Return the description in the repository, and the product to call."""
    found = schemathesis.openapi.from_path(str(DESCRIPTION))
    found.app = get_wsgi_application()
    # Of a request whose condition does not hold nothing is taken either, whatever it says.
    refused = found.config.checks.negative_data_rejection
    refused.expected_statuses = [*(refused.expected_statuses or ()), "412"]
    return found


def operations() -> dict[str, Any]:
    """Return every operation by its method and address."""
    found = [result.ok() for result in described().get_all_operations()]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in found}


def placed(case: Any, things: Mapping[str, Any]) -> None:
    """Let a request name real things instead of made-up ones; what was made wrong stays wrong."""
    for name, value in (case.path_parameters or {}).items():
        if name in things and (is_id(value) or not isinstance(things[name], UUID)):
            case.path_parameters[name] = str(things[name])
    if case.meta.generation.mode is GenerationMode.NEGATIVE:
        return
    for part in (case.body, case.query):
        name_real(part, things)


def name_real(part: Any, things: Mapping[str, Any]) -> None:
    """Put real names where names stand, at any depth; nobody guesses what a dispute is asked."""
    if isinstance(part, list):
        for item in part:
            name_real(item, things)
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name in NAMES and NAMES[name] in things and isinstance(value, str):
            part[name] = str(things[NAMES[name]])
        elif name == "fields":
            part[name] = {}
        elif name == "parties":
            part[name] = [{"partner": str(things["other_id"]), "role": "affected"}]
        else:
            name_real(value, things)


def is_id(value: Any) -> bool:
    """Whether a value could be an id."""
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


@contextmanager
def connected() -> Iterator[None]:
    """Keep the test's connection over a request, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def explore(
    operation: Any, headers: Mapping[str, str], things: Mapping[str, Any], examples: int
) -> int:
    """Send what may be sent to an operation, and what may not; return how many requests it was.

    Raises what the checks of the description raise.
    """
    sent = 0
    modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(modes), real=st.booleans())
    def attempt(case: Any, real: bool) -> None:
        nonlocal sent
        sent += 1
        if real:
            placed(case, things)
        with connected(), transaction.atomic():
            answer = case.call(headers=dict(headers))
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)

    attempt()
    return sent
