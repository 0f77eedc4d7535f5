"""Measuring change data: what a transaction costs, what the feeds carry, what one decision reads; ratios of one run."""
