"""What the registry does: enter changes, and push them."""
