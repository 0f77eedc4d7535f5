"""A scanned front against the truth that its back carries: glyph by glyph, the blanks between them, and the seals."""
