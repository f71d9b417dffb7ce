"""The organization of tests/actions, with people on connections of their own."""

from __future__ import annotations

from actions.conftest import flight as flight
