"""What the pages read: builders of statements apart from their runners; each takes a scope, an as-of and filters."""
