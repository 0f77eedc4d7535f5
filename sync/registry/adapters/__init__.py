"""Where the registry keeps its books, and how it reaches the issuance server."""
