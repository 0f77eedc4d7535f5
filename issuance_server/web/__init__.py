"""The web edge of the issuance server."""
