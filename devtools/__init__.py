"""The launcher behind ./dev: bootstrap, embedded servers, supervision, checks.

The launcher's own process uses the standard library alone, because it runs before anything
is installed. Nothing here imports an app of the product.
"""
