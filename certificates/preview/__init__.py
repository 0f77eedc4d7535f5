"""What a profile looks like on paper, before anybody is issued anything."""
