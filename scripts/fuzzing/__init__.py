"""What scripts/fuzz is made of: readers with the bytes to begin with, and who judges and runs."""
