"""What tests share: a cluster, databases made from a template, and pgTAP files as pytest items."""

from __future__ import annotations
