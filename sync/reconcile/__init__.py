"""整合性確認: finding the rows in which the copy differs from the registry, and setting them right."""
