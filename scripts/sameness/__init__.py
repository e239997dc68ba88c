"""What scripts/same is made of: trees of commits, collections built with them, and comparisons."""
