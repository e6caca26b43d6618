"""Words, tables, pictures and the page."""
