"""One contract for `KeyStore` and `IdempotencyStore`, kept by the fakes and by DynamoDB alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.edge import MemoryAnswers, MemoryKeys
from wakeline.adapters.dynamodb.api_keys import DynamoKeys
from wakeline.adapters.dynamodb.idempotency import DynamoIdempotency
from wakeline.domain.api_keys import ApiKey, digest_of
from wakeline.domain.claim import Claim

NOW = datetime(2026, 3, 21, 12, 0, 30, tzinfo=UTC)
A = digest_of("wl_live_a")


@pytest.fixture(params=["memory", "engine", "over_http"])
def keys(request) -> Any:
    if request.param == "memory":
        return MemoryKeys()
    request.getfixturevalue(request.param)
    return DynamoKeys()


@pytest.fixture(params=["memory", "engine", "over_http"])
def answers(request) -> Any:
    if request.param == "memory":
        return MemoryAnswers()
    request.getfixturevalue(request.param)
    return DynamoIdempotency()


def key(**said: Any) -> ApiKey:
    return ApiKey(
        **{
            "id": "key_1",
            "workspace_id": "ws_1",
            "project_id": "proj_1",
            "name": "ci",
            "scopes": ("traces:read", "traces:write"),
            "plan": None,
            "kind": "key",
            "prefix": "wl_live_a",
            "created_at": "2026-03-21T09:00:00.000Z",
            "created_by": "user_1",
            **said,
        }
    )


class TestKeys:
    @pytest.mark.parametrize("said", [{}, {"project_id": None, "name": None, "kind": "service"}, {"plan": "pro"}])
    def test_a_key_that_was_put_is_known(self, keys, said):
        keys.put(A, key(**said))
        used = keys.use(A, NOW, write=False)
        assert used.key == key(**said, last_used_at="2026-03-21T12:00:30.000Z")
        assert used.used == 1

    def test_an_unknown_key(self, keys):
        assert keys.use(A, NOW, write=True) is None
        assert keys.use(A, NOW, write=False) is None
        assert keys.keys("ws_1") == []

    def test_reads_and_writes_are_counted_apart(self, keys):
        keys.put(A, key())
        writes = [True, False, True, True, False]
        assert [keys.use(A, NOW, write=write).used for write in writes] == [1, 1, 2, 3, 2]

    def test_keys_are_counted_apart(self, keys):
        keys.put(A, key())
        keys.put(digest_of("b"), key(id="key_2"))
        assert [keys.use(each, NOW, write=True).used for each in (A, digest_of("b"), A)] == [1, 1, 2]

    def test_a_new_minute_begins_anew(self, keys):
        keys.put(A, key())
        seconds = (29, 29.999, 30, 31, 89, 90, 3600, 3601)
        times = [NOW + timedelta(seconds=each) for each in (0, *seconds)]
        assert [keys.use(A, each, write=True).used for each in times] == [1, 2, 3, 1, 2, 3, 1, 1, 2]

    def test_a_clock_that_is_behind_counts_in_its_own_minute_and_undoes_nothing(self, keys):
        keys.put(A, key())
        ahead = [NOW + timedelta(seconds=each) for each in (31, 32)]
        assert keys.use(A, NOW, write=True).used == 1
        assert keys.use(A, ahead[0], write=True).used == 1
        assert keys.use(A, NOW, write=True).used == 2
        assert keys.use(A, ahead[1], write=True).used == 2

    def test_a_clock_that_was_far_ahead_does_not_hold_the_window(self, keys):
        keys.put(A, key())
        assert keys.use(A, NOW + timedelta(days=1), write=True).used == 1
        assert keys.use(A, NOW, write=True).used == 1
        assert keys.use(A, NOW, write=True).used == 2

    def test_an_expired_key_is_unknown(self, keys):
        keys.put(A, key(expires_at="2026-03-21T12:00:31.000Z"))
        assert keys.use(A, NOW, write=False).key.expires_at == "2026-03-21T12:00:31.000Z"
        assert keys.use(A, NOW + timedelta(seconds=1), write=False) is None
        assert keys.use(A, NOW + timedelta(minutes=5), write=True) is None

    @pytest.mark.parametrize("used_before", [False, True])
    def test_a_revoked_key_is_unknown_at_once(self, keys, used_before):
        keys.put(A, key())
        if used_before:
            assert keys.use(A, NOW, write=False) is not None
        keys.revoke("ws_1", A, NOW)
        assert keys.use(A, NOW, write=False) is None
        assert keys.use(A, NOW + timedelta(minutes=2), write=True) is None
        assert keys.keys("ws_1") == []
        keys.revoke("ws_1", A, NOW)

    def test_another_workspace_revokes_nothing(self, keys):
        keys.put(A, key())
        keys.revoke("ws_2", A, NOW)
        keys.revoke("ws_2", digest_of("unknown"), NOW)
        assert keys.use(A, NOW, write=False) is not None

    def test_revoking_an_unknown_key_makes_none(self, keys):
        keys.revoke("ws_1", A, NOW)
        assert keys.keys("ws_1") == []
        assert keys.use(A, NOW, write=False) is None

    def test_the_list_is_the_workspaces_oldest_first(self, keys):
        for n in (2, 0, 1):
            keys.put(digest_of(str(n)), key(id=f"key_{n}", created_at=f"2026-03-21T09:00:0{n}.000Z"))
        keys.put(digest_of("other"), key(workspace_id="ws_2"))
        assert [digest for digest, _ in keys.keys("ws_1")] == [digest_of(str(n)) for n in range(3)]
        assert [found.id for _, found in keys.keys("ws_1")] == ["key_0", "key_1", "key_2"]

    def test_a_list_of_more_than_a_batch(self, keys):
        for n in range(120):
            keys.put(digest_of(str(n)), key(id=f"key_{n:03}"))
        assert [found.id for _, found in keys.keys("ws_1")] == [f"key_{n:03}" for n in range(120)]

    def test_people_are_counted_by_workspace_and_subject(self, keys):
        asked = [("ws_1", "ada"), ("ws_1", "ada"), ("ws_2", "ada"), ("ws_1", "bob"), ("ws_1", "ada")]
        assert [keys.count_user(*who, NOW, write=True) for who in asked] == [1, 2, 1, 1, 3]
        assert keys.count_user("ws_1", "ada", NOW, write=False) == 1
        assert keys.count_user("ws_1", "ada", NOW + timedelta(minutes=1), write=True) == 1
        assert keys.count_user("ws_1", "a#b/ ☃" * 100, NOW, write=True) == 1


LATER = datetime(2126, 3, 21, 12, 0, 30, tzinfo=UTC)
"""When answers are asked for: DynamoDB deletes what has expired, by its own clock."""
DONE = {"state": "done", "status": "201", "body": "{}"}


class TestAnswers:
    def test_the_first_claims_and_the_second_sees_it_running(self, answers):
        assert isinstance(answers.begin("ws_1", "k", "digest", LATER), Claim)
        found = answers.begin("ws_1", "k", "other", LATER)
        assert found["digest"] == "digest"
        assert "state" not in found

    def test_the_answer_is_kept(self, answers):
        answers.begin("ws_1", "k", "digest", LATER)
        answers.finish("ws_1", "k", DONE)
        found = answers.begin("ws_1", "k", "digest", LATER + timedelta(hours=23))
        assert found["digest"] == "digest"
        assert {name: found[name] for name in DONE} == DONE

    def test_for_a_day(self, answers):
        answers.begin("ws_1", "k", "digest", LATER)
        answers.finish("ws_1", "k", DONE)
        assert isinstance(answers.begin("ws_1", "k", "digest", LATER + timedelta(hours=24, seconds=1)), Claim)

    def test_workspaces_and_keys_are_apart(self, answers):
        assert isinstance(answers.begin("ws_1", "k", "digest", LATER), Claim)
        assert isinstance(answers.begin("ws_2", "k", "digest", LATER), Claim)
        assert isinstance(answers.begin("ws_1", "l", "digest", LATER), Claim)

    def test_a_released_claim_is_free(self, answers):
        answers.begin("ws_1", "k", "digest", LATER)
        answers.release("ws_1", "k")
        answers.release("ws_1", "k")
        assert isinstance(answers.begin("ws_1", "k", "other", LATER), Claim)

    def test_every_attempt_at_a_request_has_the_same_claim(self, answers):
        first = answers.begin("ws_1", "k", "digest", LATER)
        answers.release("ws_1", "k")
        again = LATER + timedelta(seconds=5)
        assert answers.begin("ws_1", "k", "digest", again) == first
        assert answers.begin("ws_1", "k", "digest", again + timedelta(seconds=61)) == first
        assert answers.begin("ws_1", "l", "digest", LATER) != first
        assert answers.begin("ws_1", "k", "digest", again + timedelta(days=2)) != first

    def test_a_claim_of_a_function_that_died_is_taken_over(self, answers):
        answers.begin("ws_1", "k", "digest", LATER)
        assert not isinstance(answers.begin("ws_1", "k", "digest", LATER + timedelta(seconds=60)), Claim)
        assert isinstance(answers.begin("ws_1", "k", "digest", LATER + timedelta(seconds=61)), Claim)
        assert not isinstance(answers.begin("ws_1", "k", "digest", LATER + timedelta(seconds=62)), Claim)


def test_a_claim_whose_answer_was_lost_is_ours(engine, monkeypatch):
    """The client library sends it again, and is told that the key is taken: by itself."""
    from wakeline.adapters import aws

    client = aws.client("dynamodb")
    real = client.update_item

    def twice(**request: Any) -> Any:
        real(**request)
        return real(**request)

    monkeypatch.setattr(client, "update_item", twice)
    assert isinstance(DynamoIdempotency().begin("ws_1", "k", "digest", LATER), Claim)
    monkeypatch.undo()
    assert not isinstance(DynamoIdempotency().begin("ws_1", "k", "digest", LATER), Claim)
