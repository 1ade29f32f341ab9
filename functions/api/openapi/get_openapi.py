"""GET /api/openapi.json — the API's description, OpenAPI 3.1."""

from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry


@endpoint("GET /api/openapi.json", scope=None)
def get_openapi() -> Reply[dict[str, object]]:
    """Every endpoint, with its parameters, bodies, answers and errors."""
    # It imports all the other endpoints: work for the first request, not for the start.
    from api.openapi._described import written

    return Reply(written(), headers={"Cache-Control": "max-age=300"})


handler = lambda_entry(get_openapi)
