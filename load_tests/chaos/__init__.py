"""Chaos: the feed between a registry and an issuance server, with everything killed and every delivery spoilt in turn."""
