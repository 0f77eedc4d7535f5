"""A whole town on one machine: registry, issuance server, centre and kiosks as real processes on loopback."""
