"""The empty pages: controls and charts without data, for anybody."""
