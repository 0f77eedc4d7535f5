"""The issuance server's own copy of the register, and reading it for one decision."""
