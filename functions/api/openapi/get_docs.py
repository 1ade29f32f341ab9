"""GET /api/docs — the API's description as a page to read."""

from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry


@endpoint("GET /api/docs", scope=None, media="text/html; charset=utf-8")
def get_docs() -> Reply[str]:
    """One page, complete in itself: it runs no script and loads nothing."""
    from api.openapi._described import described
    from api.openapi._page import page

    headers = {
        "Cache-Control": "max-age=300",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Reply(page(described()), headers=headers, content_type="text/html; charset=utf-8")


handler = lambda_entry(get_docs)
