"""What the centre's marks cost: each alone and all together, beside stamping by general libraries, in one run."""
