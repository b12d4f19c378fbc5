"""Answers and streams of rows as files of tables: the same rows in every format."""
