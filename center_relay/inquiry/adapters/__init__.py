"""The inquiry site's ways out."""
