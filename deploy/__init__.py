"""What an operator or a test needs around the service: a local broker, system packages."""
