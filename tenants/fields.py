"""Foreign keys that cannot leave their tenant."""

from typing import Any

from django.conf import settings
from django.db import models


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # not generic at run time
    """A reference to a row of the same tenant.

    The database constraint is the composite `(tenant_id, x_id)` that `Protect` adds in the
    migration: foreign-key checks ignore row security, so a plain one would reach other tenants.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)


class MemberForeignKey(TenantForeignKey):
    """A reference to a person who is a member of the row's tenant."""

    def __init__(self, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["to"] = settings.AUTH_USER_MODEL
        super().__init__(on_delete=on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Return what a migration writes down."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("to", None)
        return name, path, args, kwargs
