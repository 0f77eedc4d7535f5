"""What happens to a sheet between printer and inquiry site, as data: models of printers, scanners and phones, not measurements.

Families that share no renderer and no parameter: the programs are tuned on the first alone, and what is reported for the
others is what they do on paper they were not made for. Backs have two, fronts have a third that was never looked at.
"""
