"""The app on the small campus."""

from tests.served import application, campus, visitor

__all__ = ["application", "campus", "visitor"]
