"""What a model never gets to see."""

import pytest

from wakeline.domain.fixes.redacted import redacted


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "a1B2" * 9,
        "sk-proj-" + "a1B2" * 9,
        "wl_live_" + "a1B2" * 10,
        "xoxb-123456789012-" + "a1B2" * 5,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123",
        "ann.b+c@mail.example.com",
        "123-45-6789",
        "4111 1111 1111 1111",
        "4111111111111111",
    ],
)
def test_secrets_go(secret):
    assert secret not in redacted(f"it said {secret} and went on")
    assert redacted(f"it said {secret} and went on").startswith("it said [")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"password": "hunter2 x", "n": 1}', '"n": 1'),
        ("API_KEY=hunter2 x", "API_KEY="),
        ("Authorization: Bearer hunter2hunter2", "Authorization"),
        ("postgres://ann:hunter2@db/x", "@db/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\nafter", "after"),
        ("client_secret: 'hunter2'", "client_secret"),
    ],
)
def test_values_of_secret_fields_go(text, kept):
    assert "hunter2" not in redacted(text)
    assert kept in redacted(text)


@pytest.mark.parametrize("text", ["permission denied: /srv/x", "12 of 34 tests failed", "total_tokens 512", "id 12345"])
def test_the_rest_stays(text):
    assert redacted(text) == text
