"""The centre's web edge: kiosks and operators."""
