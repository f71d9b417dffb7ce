"""Reading advertising exports: from the bytes of a file to typed rows with their faults.

What a file says is decided here (encoding, columns, numbers, dates); what may be a fact is decided in the database
(`begin_import` and `finish_import`).
"""

from __future__ import annotations
