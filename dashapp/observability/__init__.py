"""What an operator sees of the service: log events with static names, and metrics for Prometheus."""
