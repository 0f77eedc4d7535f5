"""The centre's ways to stores, municipalities, card authorities and files."""
