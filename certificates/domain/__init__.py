"""What a certificate is about: residents, households, seals, entitlement, numbers and dates."""
