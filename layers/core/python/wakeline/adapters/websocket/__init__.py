"""The far ends of WebSocket connections."""
