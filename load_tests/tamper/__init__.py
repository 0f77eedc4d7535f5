"""Forged fronts against the truth on their backs: how often each kind of forgery is found, and how often a genuine sheet is accused."""
