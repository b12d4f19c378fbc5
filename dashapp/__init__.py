"""The learning-analytics web application; `docs/architecture.md` says which room holds what."""
