"""The database from outside: the checkout's own cluster, deploying, and looking whether all is as it should be."""

from __future__ import annotations
