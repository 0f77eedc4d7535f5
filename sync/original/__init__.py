"""The registry as the issuance server asks it: how far a household's changes have come, and what its rows are."""
