"""The dot gain balance of a printer, measured: a sheet with steps is printed, scanned and read."""
