"""Kinds of dispute."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from ladder.models import Category
from ladder.serializers import CategoryPage
from tenants.rest.description import listed
from tenants.rest.operation import Operation, refuse_others
from tenants.rest.paging import PageQuery, answer, page_by_id

READS, WRITES = "policy:read", "policy:write"
FIELDS: list[dict[str, Any]] = [
    {"name": "reg_no", "label": "Registration number", "type": "text", "choices": []},
    {"name": "submitted", "label": "Submitted on", "type": "date", "choices": []},
    {"name": "stage", "label": "Stage", "type": "choice", "choices": ["open", "quoted", "won"]},
]
EXAMPLE: dict[str, Any] = {
    "id": "0199d3a0-6f00-7666-9999-5a3d6c1b2e07",
    "slug": "deal-registration",
    "name": "Deal registration",
    "summary": "Two claim one deal",
    "category_class": "administrative",
    "confidentiality": "normal",
    "fields": [{**field, "required": True, "private": False} for field in FIELDS],
    "evidence": ["Customer letter"],
}


class Categories(Operation):
    """The kinds of dispute, and what each asks."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @listed("categories_list", "The kinds of dispute", PageQuery, CategoryPage, EXAMPLE)
    def get(self, request: Request) -> Response:
        """Answer a page of the categories with their intake templates."""
        refuse_others(self)
        page = page_by_id(Category.objects.all(), self.asked(PageQuery))
        return Response(answer(request, page, [shape(row) for row in page.rows]))


def shape(category: Category, *, own: bool = False) -> dict[str, Any]:
    """Return a kind of dispute as it is sent; `own` leaves out what only the vendor is asked."""
    return {
        "id": category.pk,
        "slug": category.slug,
        "name": category.name,
        "summary": category.summary,
        "category_class": category.category_class,
        "confidentiality": category.confidentiality,
        "fields": [field(spec) for spec in category.fields if not (own and spec.get("private"))],
        "evidence": [str(item) for item in category.evidence],
    }


def field(spec: dict[str, Any]) -> dict[str, Any]:
    """Return one thing that is asked."""
    return {
        "name": spec["name"],
        "label": spec["label"],
        "type": spec["type"],
        "required": bool(spec.get("required")),
        "private": bool(spec.get("private")),
        "choices": [value for value, _label in spec.get("choices", ())],
    }
