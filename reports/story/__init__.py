"""A violation told as a story that needs no knowledge of the code."""

from reports.story.telling import Moment, as_text, tell

__all__ = ["Moment", "as_text", "tell"]
