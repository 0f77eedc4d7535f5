"""What the inquiry site does."""
