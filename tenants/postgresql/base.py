"""Django's PostgreSQL backend, with the scope stamped on every outermost transaction."""

from django.db.backends.postgresql import base

from tenants import scope


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions always begin by saying on whose behalf they run."""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        if not autocommit:
            self._stamp()

    def _stamp(self) -> None:
        """Say on whose behalf; a connection that cannot be told is not used any further."""
        try:
            # The driver's own cursor: this must be the transaction's first statement.
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute(scope.STAMP, scope.stamp_parameters(scope.current()))
        except BaseException:
            self.close()
            raise
