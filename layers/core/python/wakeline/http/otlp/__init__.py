"""OTLP/HTTP: requests read from protobuf and JSON, answers in the encoding of the request."""
