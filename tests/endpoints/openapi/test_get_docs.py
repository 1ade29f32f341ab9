"""GET /api/docs"""

import re


def test_anyone_gets_a_page_that_is_complete_in_itself(stack):
    answer = stack.call("GET", "/api/docs")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = answer.body.decode()
    assert "/api/traces/{trace_id}/events" in text
    assert "<script" not in text
    assert not re.search(r'(src|href)="(https?:)?//', text)
    # Every link within it leads somewhere.
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))
