"""How operations describe themselves in OpenAPI: errors, headers and examples said once for all."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers

from tenants.rest.strict import StrictSerializer

Asked = TypeVar("Asked")
PROBLEM = "application/problem+json"
PDF = "application/pdf"
BODIES = ("post", "put")


class EmptySerializer(StrictSerializer):
    """Nothing is asked."""


class ErrorSerializer(serializers.Serializer[Any]):
    """One reason: where it stands, what it is for a program, and for a person.

    `pointer` is a JSON pointer into the body, or `?name` for a parameter of the address; empty
    where it is about the whole. Of a memo that cannot be issued it leads into the memo as shown.
    """

    pointer = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """An error, after RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]


REFUSALS = {
    400: "The request is not valid: each wrong field, and why.",
    401: "There is no token, or it is not known, or it has expired.",
    403: "The token lacks the scope, or its member may not do this: why.",
    404: "There is no such thing, or it is not for this token to see: the answer is the same.",
    406: "Only JSON is answered; a memo's print is a PDF.",
    409: "Not in this state: `errors` names what is possible now. Or the first request with this"
    " Idempotency-Key is still under way.",
    412: "It was changed since the version that If-Match names.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "This Idempotency-Key was used for another request.",
    429: "Too many calls: try again after `Retry-After` seconds.",
    503: "It took too long, because others hold what this needs: nothing was saved. Send the same"
    " again after `Retry-After` seconds.",
}
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    406: "Not Acceptable",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
SAID: Mapping[int, tuple[str, list[dict[str, str]]]] = {
    400: (
        "The request is not valid.",
        [{"pointer": "/title", "code": "required", "detail": "This field is required."}],
    ),
    401: ("This token has expired.", []),
    403: ("Only the person whose turn it is, or their backup, can do this.", []),
    404: ("Not found.", []),
    406: ("Could not satisfy the request Accept header.", []),
    409: (
        "This is not possible while the case is closed.",
        [{"pointer": "", "code": "allowed", "detail": "message"}],
    ),
    412: ('It was changed since you read it: read it again. Its tag is "8" now.', []),
    413: ("A body of at most 2.5 MB.", []),
    415: ('Unsupported media type "text/plain" in request.', []),
    422: ("This key was used for another request: take a new one.", []),
    429: ("Request was throttled. Expected available in 12 seconds.", []),
    503: (
        "It took too long, because others are at it. Nothing was saved: send it again in a moment.",
        [],
    ),
}
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 255 printable characters of your choice: the same request with the same key"
    " is carried out once within 24 hours, and answered alike.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of the version this is meant for; of another one it is refused (412).",
)
TAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="The version, for If-Match. A partner's token gets none.",
)
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    OpenApiTypes.INT,
    OpenApiParameter.HEADER,
    response=[429, 503],
    description="In how many seconds it may be sent again.",
)
REPLAYED = OpenApiParameter(
    "Idempotency-Replayed",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="`true` where the request was carried out before, and this is the answer it got.",
)
LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    response=[201],
    description="The address of what was made.",
)
# What every answer says of the limit, once the call is counted; refused before that are 401 and
# 406.
CALLS: Mapping[str, str] = {
    "RateLimit-Limit": "How many calls this token has a minute.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "In how many seconds the next minute begins.",
}
UNCOUNTED = ("401", "406")


class Description(AutoSchema):
    """Says of strict serializers that they take no other fields, and which scope is needed."""

    def get_description(self) -> str:  # type: ignore[override]
        """Return what an operation does, and the scope it asks for."""
        view: Any = self.view
        scope, said = view.scopes[self.method], super().get_description()
        return f"{said}\n\nScope: `{scope}`."

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema


def refusals(codes: Sequence[int]) -> dict[Any, OpenApiResponse]:
    """Return the documented refusals of these statuses, each with an example."""
    return {
        (code, PROBLEM): OpenApiResponse(ProblemSerializer, REFUSALS[code], [refusal(code)])
        for code in codes
    }


def refusal(code: int) -> OpenApiExample:
    """Return the example of a refusal."""
    detail, errors = SAID[code]
    body = {"type": "about:blank", "title": TITLES[code], "status": code, "detail": detail}
    return OpenApiExample(
        TITLES[code], {**body, "errors": errors}, response_only=True, status_codes=[str(code)]
    )


def codes_of(*, method: str, address: bool, tagged: bool) -> list[int]:
    """Return the statuses with which an operation may refuse."""
    codes = [400, 401, 403, 406, 429, 503]
    if address:
        codes.append(404)
    if method in BODIES:
        codes += [409, 413, 415]
    if method == "post":
        codes.append(422)
    if tagged:
        codes.append(412)
    return sorted(set(codes))


class Said(TypedDict, total=False):
    """What is said of a method beside its name.

    `takes` is its body, `query` its parameters, `gives` what it answers with `status`, `also` what
    else it may answer; `address` says that its path names something that may not be there (as most
    do), `tagged` that it heeds If-Match, `versioned` that it answers with the version it shows;
    `located` that the answer 201 has the address of what was made, as it has unless said; `file` is
    the type of a file that it answers; `example` and `answer` are what is sent and answered.
    """

    method: str
    takes: type[serializers.Serializer[Any]] | None
    query: type[serializers.Serializer[Any]]
    gives: Any
    status: int
    also: Mapping[int, Any] | None
    address: bool
    tagged: bool
    versioned: bool
    located: bool
    file: str
    example: Mapping[str, Any] | None
    answer: Any


def operation(name: str, summary: str, **said: Unpack[Said]) -> Callable[[Any], Any]:
    """Describe one method of an operation; GET unless said."""
    method, status, query = said.get("method", "get"), said.get("status", 200), said.get("query")
    codes = codes_of(
        method=method,
        address=said.get("address", True),
        tagged=said.get("tagged", False),
    )
    file = said.get("file")
    success: dict[Any, Any] = {
        (status, file) if file else status: OpenApiTypes.BINARY if file else said.get("gives")
    }
    describe = extend_schema(
        operation_id=name,
        summary=summary,
        request=said.get("takes"),
        parameters=[*headers_of(method, said), *([query] if query else [])],
        responses={**success, **(said.get("also") or {}), **refusals(codes)},
        examples=examples_of(said, status),
    )

    def mark(method_: Any) -> Any:
        method_.takes_query = query is not None
        return describe(method_)

    return mark


def listed(
    name: str,
    summary: str,
    query: type[serializers.Serializer[Any]],
    gives: type[serializers.Serializer[Any]],
    example: Any,
    *,
    address: bool = False,
) -> Callable[[Any], Any]:
    """Describe a list, of which a page is answered; the example is one of its items."""
    page = {"results": [example], "next": None, "previous": None}
    return operation(name, summary, query=query, gives=gives, address=address, answer=page)


def headers_of(method: str, said: Said) -> list[OpenApiParameter]:
    """Return the headers a method heeds, and those it answers with."""
    found = [KEY, REPLAYED] if method == "post" else []
    if said.get("tagged"):
        found.append(IF_MATCH)
    if said.get("versioned"):
        found.append(TAG)
    if 201 in (said.get("status"), *(said.get("also") or {})) and said.get("located", True):
        found.append(LOCATION)
    return [*found, RETRY_AFTER]


def examples_of(said: Said, status: int) -> list[OpenApiExample]:
    """Return what is sent, and what is answered."""
    sent, answer = said.get("example"), said.get("answer")
    found = [OpenApiExample("Request", dict(sent), request_only=True)] if sent is not None else []
    if answer:
        codes = [str(status)]
        found.append(OpenApiExample("Answer", answer, response_only=True, status_codes=codes))
    return found


def share_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say each refusal once, and let operations refer to it: a hook of the description's maker."""
    shared: dict[str, Any] = {}
    for operations in result["paths"].values():
        for one in operations.values():
            for code, said in one["responses"].items():
                if PROBLEM in said.get("content", {}):
                    name = TITLES[int(code)].replace(" ", "")
                    shared[name] = said
                    one["responses"][code] = {"$ref": f"#/components/responses/{name}"}
    result["components"]["responses"] = dict(sorted(shared.items()))
    return result


def tell_of_calls(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Describe the headers of the limit once, and let the answers refer to them: a hook too."""
    result["components"]["headers"] = {
        name: {"schema": {"type": "integer"}, "description": text} for name, text in CALLS.items()
    }
    referring = {name: {"$ref": f"#/components/headers/{name}"} for name in CALLS}
    for operations in result["paths"].values():
        for one in operations.values():
            for code, said in one["responses"].items():
                if code not in UNCOUNTED:
                    said["headers"] = {**said.get("headers", {}), **referring}
    return result


def verb(
    name: str,
    summary: str,
    form: type[serializers.Serializer[Any]],
    **said: Unpack[Said],
) -> Callable[[type[Asked]], type[Asked]]:
    """Describe a verb: one POST that changes one thing of a version, and answers it as it is then,
    with its version unless said."""
    takes = None if form is EmptySerializer else form
    whole: Said = {"versioned": True, **said, "method": "post", "takes": takes, "tagged": True}
    described: Callable[[type[Asked]], type[Asked]] = extend_schema_view(
        post=operation(name, summary, **whole)
    )
    return described


def page_of(
    item: type[serializers.Serializer[Any]], name: str
) -> type[serializers.Serializer[Any]]:
    """Return the serializer of a page of such items."""
    fields: dict[str, Any] = {
        "__doc__": "A page of a list. `next` and `previous` are addresses, or null at its ends.",
        "results": item(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
    }
    return type(f"{name}PageSerializer", (serializers.Serializer,), fields)
