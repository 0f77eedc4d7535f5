"""The inquiry site's web edge: one form, one answer, as a page or as JSON."""
