"""Started by the table's stream — runs the workers that people who watch wait for: the feed, then the WebSockets."""

from wakeline.batch import reader_entry
from workers import publish_live, push_websocket

handler = reader_entry(publish_live.handler, push_websocket.handler)
