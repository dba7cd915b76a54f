"""The command that derives due times again, where it finds no tenant."""

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_tenant_that_does_not_exist_is_one_sentence(transactional_db: None) -> None:
    with pytest.raises(CommandError, match="There is no tenant at “nobody”"):
        call_command("audit_cases", "--tenant", "nobody")
