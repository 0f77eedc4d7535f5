"""A printer measured: sheets are printed, scanned and read for its dot gain balance and for the inks that hide the mark."""
