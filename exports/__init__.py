"""What leaves the service as files."""
