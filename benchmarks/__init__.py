"""What docs/performance.md states is measured here: each module prints the machine, the figure and a yardstick."""
