"""GET /api/openapi.json"""

from pathlib import Path

KEPT = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_anyone_gets_the_kept_description(stack):
    answer = stack.call("GET", "/api/openapi.json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.body == KEPT.read_bytes()


def test_an_operation_is_described(stack):
    described = stack.call("GET", "/api/openapi.json").json
    listing = described["paths"]["/api/v1/traces"]["get"]
    assert {each["name"] for each in listing["parameters"]} >= {"limit", "from", "status"}
    assert listing["security"] == [{"bearer": []}, {"retraceKey": []}]
    assert {"200", "400", "401", "403", "429"} <= listing["responses"].keys()
    append = described["paths"]["/api/traces/{trace_id}/events"]["post"]
    content = append["responses"]["200"]["content"]["application/json"]
    assert content["example"].keys() == {"accepted", "rejected"}
    assert append["requestBody"]["content"]["application/json"]["example"]["events"]
    errors = described["components"]["responses"]["404"]["content"]["application/json"]["schema"]["anyOf"]
    assert [each["$ref"].rpartition("/")[2] for each in errors] == ["Error", "FlatError"]
    assert described["paths"]["/api/v1/health"]["get"]["security"] == []
