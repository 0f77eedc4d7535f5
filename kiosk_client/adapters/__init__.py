"""The kiosk's ports, each on something real."""
