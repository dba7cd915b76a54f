"""Migration operations that put a table behind the wall between tenants.

They are part of past migrations: what they execute for a given call must never change.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants.fields import MemberForeignKey, TenantForeignKey

TENANT = "(SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
USER = "(SELECT NULLIF(current_setting('app.user_id', true), '')::uuid)"
PARTNER = "(SELECT NULLIF(current_setting('app.partner_id', true), '')::uuid)"
OF_TENANT = f"tenant_id = {TENANT}"


class Protect(Operation):
    """Put a tenant's table behind row security and make its keys carry the tenant.

    Enables and forces row security; one policy for the owner, the app and the portal, reading and
    writing only rows of the stamped tenant; the primary key becomes `(tenant_id, id)`; each
    reference becomes `(tenant_id, x_id)`. Rows that reference nothing of their tenant reference
    the tenant itself.
    """

    reduces_to_sql = True
    reversible = False

    def __init__(self, model_name: str, also: str = "") -> None:
        """`also` widens what may be read (not written): an SQL condition."""
        self.model_name = model_name
        self.also = also

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's picture of the model."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Execute the statements."""
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in (*security(model, self.also), *keys(model)):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """Return a line for `migrate`."""
        return f"Protect {self.model_name} by tenant"


def security(model: type[models.Model], also: str = "") -> Iterable[str]:
    """Yield the statements that put a table behind row security."""
    table = model._meta.db_table
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield (
        f"CREATE POLICY tenant_isolation ON {table} TO parley_owner, parley_app, parley_portal"
        f" USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})"
    )
    if also:
        yield f"CREATE POLICY also_readable ON {table} FOR SELECT TO parley_app USING ({also})"


def keys(model: type[models.Model]) -> Iterable[str]:
    """Yield the statements that make a table's keys carry the tenant."""
    table = model._meta.db_table
    key = model._meta.pk.column
    yield f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey"
    yield f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (tenant_id, {key})"
    for field in tenant_references(model):
        yield reference(model, field)
    if not any(not field.null for field in tenant_references(model)):
        yield (
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant_fk"
            " FOREIGN KEY (tenant_id) REFERENCES tenants_tenant (id)"
        )


def tenant_references(model: type[models.Model]) -> list[TenantForeignKey]:
    """Return a model's references to rows of its own tenant."""
    return [f for f in model._meta.local_fields if isinstance(f, TenantForeignKey)]


def reference(model: type[models.Model], field: TenantForeignKey) -> str:
    """Return the statement that makes one reference composite."""
    table, column = model._meta.db_table, field.column
    target = f"{field.remote_field.model._meta.db_table} (tenant_id, id)"
    if isinstance(field, MemberForeignKey):
        target = "tenants_membership (tenant_id, user_id)"
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk"
        f" FOREIGN KEY (tenant_id, {column}) REFERENCES {target}"
    )
