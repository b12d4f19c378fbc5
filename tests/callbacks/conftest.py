"""The app on the small campus."""

from tests.served import application, campus, new_campus, studied_campus, visitor

__all__ = ["application", "campus", "new_campus", "studied_campus", "visitor"]
