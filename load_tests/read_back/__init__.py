"""Certificates of a thousand invented residents, read back by programs that know nothing of us."""
