"""Fronts altered with a pen, a ruler and a second print: which alterations the comparison sees, which it leaves to a person."""
