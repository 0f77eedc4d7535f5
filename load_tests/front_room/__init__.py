"""What of a foreign municipality's front would find room on the back, in measured bytes."""
