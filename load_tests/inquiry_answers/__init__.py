"""The inquiry site's answers as a picture: about an invented sheet as it was printed, and with one figure changed."""
