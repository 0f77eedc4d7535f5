"""What happens to a sheet between printer and inquiry site, as data: models of printers, scanners and phones, not measurements.

Two families that share no kernel, no renderer and no parameter: the programs are tuned on the first alone, and what is
reported for the second is what they do on paper they were not made for.
"""
