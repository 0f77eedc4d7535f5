"""What the kiosk does for one customer, step by step, and the driver that does it."""
