"""The timeline: everything that is drawn on one axis of time, packed for the page."""
