"""Who asks, and whether that may be answered: sessions, the guard before every route, and the door of callbacks."""
