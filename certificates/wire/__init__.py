"""What the services say to one another: tagged, versioned, canonical messages, and how they are signed."""
