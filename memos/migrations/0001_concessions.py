"""Concessions and the decisions on them, behind the wall: partners read neither."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.fields
import tenants.ids
from tenants.operations import Protect

KINDS = [
    ("protection", "Deal protection"),
    ("late_claim", "Late claim"),
    ("lead", "Replacement lead"),
    ("service_credit", "Service credit"),
    ("fee", "Fee"),
    ("split", "Split"),
    ("price", "Special price"),
    ("funds", "Marketing funds"),
    ("true_up", "True-up"),
    ("terms", "Contract terms"),
    ("exclusivity", "Exclusivity"),
    ("tier", "Tier"),
]
STATES = [
    ("pending", "Pending"),
    ("approved", "Approved"),
    ("denied", "Denied"),
    ("countered", "Countered"),
    ("withdrawn", "Taken back"),
]
VERDICTS = [("approve", "Approved"), ("deny", "Denied"), ("counter", "Countered")]
PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE


def key() -> models.UUIDField:
    """Return the id of a row."""
    return models.UUIDField(
        default=tenants.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def of_tenant() -> models.ForeignKey:
    """Return whose row it is."""
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=CASCADE,
        related_name="+",
        to="tenants.tenant",
    )


def person(**options: object) -> tenants.fields.MemberForeignKey:
    """Return a reference to somebody of the vendor's."""
    return tenants.fields.MemberForeignKey(
        db_constraint=False, on_delete=PROTECT, related_name="+", **options
    )


def money(**options: object) -> models.DecimalField:
    """Return an exact amount."""
    return models.DecimalField(decimal_places=4, max_digits=18, **options)


def share(**options: object) -> models.DecimalField:
    """Return a percentage."""
    return models.DecimalField(decimal_places=2, max_digits=5, null=True, **options)


class Migration(migrations.Migration):
    """Make the tables. The portal and the sweep are granted nothing of them."""

    initial = True
    dependencies = [
        ("cases", "0006_indexes_of_subjects"),
        ("ladder", "0005_exchange_rates"),
        ("partners", "0003_walls"),
        ("tenants", "0003_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            "Concession",
            fields=[
                ("id", key()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(choices=KINDS, max_length=16, verbose_name="kind"),
                ),
                ("amount", money(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("percent", share(verbose_name="percent")),
                ("reason", models.TextField(verbose_name="reason")),
                ("condition", models.TextField(blank=True, verbose_name="condition")),
                (
                    "state",
                    models.CharField(choices=STATES, default="pending", max_length=10),
                ),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("value", money(null=True)),
                ("value_currency", models.CharField(max_length=3)),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("counter_amount", money(null=True)),
                ("counter_percent", share()),
                ("conditions", models.TextField(blank=True, verbose_name="conditions")),
                (
                    "case",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=CASCADE,
                        related_name="concessions",
                        to="cases.case",
                    ),
                ),
                (
                    "partner",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
                ("requested_by", person()),
                ("requested_for", person(null=True)),
                ("tenant", of_tenant()),
            ],
            options={
                "ordering": ("number",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "case", "number"), name="concession_number_per_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            models.Q(
                                ("counter_amount", None),
                                ("counter_amount__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="concessions_are_worth_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "price"),
                                ("percent__gt", 0),
                                ("percent__isnull", False),
                                ("percent__lte", 100),
                            ),
                            models.Q(models.Q(("kind", "price"), _negated=True), ("percent", None)),
                            _connector="OR",
                        ),
                        name="percent_of_a_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", [state for state, _ in STATES])),
                        name="known_concession_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "Decision",
            fields=[
                ("id", key()),
                ("revision", models.PositiveSmallIntegerField()),
                ("verdict", models.CharField(choices=VERDICTS, max_length=8)),
                ("reason", models.TextField(verbose_name="reason")),
                ("amount", money(null=True)),
                ("percent", share()),
                ("conditions", models.TextField(blank=True, verbose_name="conditions")),
                ("at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(null=True)),
                ("by", person()),
                ("on_behalf_of", person(null=True)),
                (
                    "concession",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=CASCADE,
                        related_name="decisions",
                        to="memos.concession",
                    ),
                ),
                (
                    "level",
                    tenants.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="ladder.level",
                    ),
                ),
                ("tenant", of_tenant()),
            ],
            options={
                "ordering": ("revision",),
                "indexes": [
                    models.Index(fields=["tenant", "by", "-at"], name="decisions_of_person")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "concession", "revision"),
                        name="one_decision_per_revision",
                    )
                ],
            },
        ),
        Protect("Concession"),
        Protect("Decision"),
    ]
