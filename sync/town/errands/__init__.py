"""What people come to the counters for: each errand enters one change, or those that belong together, or none."""
