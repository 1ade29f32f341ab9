"""The least a Lambda can be: what every other cold start is held against."""


def handler(_event: dict[str, object], _context: object) -> dict[str, object]:
    """Answer."""
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": '{"status": "ok"}'}
