"""Atlas -> page: the views, the page that links them, and its two doors, exported and served."""
