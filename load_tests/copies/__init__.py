"""What copiers make of the ground, as models: the word must be seen in their copies and not in the original."""
