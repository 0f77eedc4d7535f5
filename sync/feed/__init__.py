"""How changes come in: deliveries, their numbers, and the full load."""
