"""Signing in by e-mail and password."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tenants.models import User
from tenants.scope import identify


class EmailBackend(BaseBackend):
    """Finds a person by what they show; row security shows no other row."""

    def authenticate(
        self,
        request: HttpRequest | None,
        email: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        """Return the person with this e-mail and password, or None."""
        if not email or not password:
            return None
        email = email.strip().lower()
        with identify(email=email):
            user = User.objects.filter(email=email).first()
            if user is None:
                # As slow as a wrong password, so that the time tells nothing.
                User().set_password(password)
                return None
            return user if self._may_enter(user, password) else None

    @staticmethod
    def _may_enter(user: User, password: str) -> bool:
        return user.check_password(password) and user.is_active and not user.is_service

    def get_user(self, user_id: UUID) -> User | None:
        """Return the person a session belongs to, or None when they may no longer sign in."""
        with identify(user_id=user_id):
            return User.objects.filter(pk=user_id, is_active=True, is_service=False).first()
