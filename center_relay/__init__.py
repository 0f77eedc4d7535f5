"""証明書交付センター: verifies the card, asks the municipality, marks the sheets, and keeps nothing."""
