"""Reconciliation at size: rows damaged silently, found, counted in bytes and set right."""
