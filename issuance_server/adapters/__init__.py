"""What the use cases need of the world, one file for each thing adapted."""
