"""Cards of pages as files: their numbers, and pictures of their charts and tables, by the same code as reports."""
