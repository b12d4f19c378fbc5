"""A believable demo campus: its plan, its history up to now, and a gentle stream of live events."""

from ingest.demo.loading import DemoCampus, demo_people, ensure_demo_campus
from ingest.demo.stream import DemoStream, demo_stream

__all__ = ["DemoCampus", "DemoStream", "demo_people", "demo_stream", "ensure_demo_campus"]
