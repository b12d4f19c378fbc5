"""What has to be done again and again, by one process of an installation at a time."""
