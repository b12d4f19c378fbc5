"""Launches of pages from learning platforms: LTI 1.3 with Deep Linking, rosters and Dynamic Registration."""
