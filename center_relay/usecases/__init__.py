"""What the centre does, one verb a file, and the rules that decide it."""
