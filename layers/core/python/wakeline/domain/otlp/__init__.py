"""OpenTelemetry.

Spans as they come in over OTLP, and the events that they are here. Pure; `wakeline.http.otlp` reads the wire.
"""
