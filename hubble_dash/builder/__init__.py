"""Image files -> Atlas."""
