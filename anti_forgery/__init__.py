"""The marks that the centre puts on a sheet, and the check that tells a genuine sheet from a changed one."""
