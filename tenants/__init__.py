"""Who uses the product and on whose behalf: users, tenants, memberships, scope, row security."""
