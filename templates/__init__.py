"""The source of the page: its HTML template, its style, and the browser side of its views."""
