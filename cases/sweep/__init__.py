"""Moving the cases whose time has come: claim, look again, decide in Python, write back in sets.

It works across tenants in one go, as a role that sees ids, states and times only. Any number of
sweepers may run; a batch is one transaction, and what another has locked is passed over.
"""

from cases.sweep.run import PATIENCE, Batch, sweep, sweep_until

__all__ = ["PATIENCE", "Batch", "sweep", "sweep_until"]
