"""`python -m trimtab`."""

from __future__ import annotations

from trimtab.cli.main import main

main(prog_name="trimtab")
