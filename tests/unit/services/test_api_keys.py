"""Making, looking at and revoking keys."""

import pytest

from tests.fakes.audit import audit_log
from tests.fakes.edge import MemoryKeys
from tests.fakes.env import Clock, fixed_env
from wakeline.domain.api_keys import digest_of
from wakeline.domain.caller import PROJECT_KEY_SCOPES, Caller
from wakeline.domain.errors import Forbidden, Invalid, NotFound
from wakeline.services import api_keys
from wakeline.services.api_keys import Wanted

ADMIN = Caller("ws_1", None, "key_0", "key", frozenset({"admin"}), "pro")
PERSON = Caller("ws_1", None, "user:ann", "user", frozenset({"admin"}), "free")
SERVICE = Caller("ws_1", None, "key_s", "service", frozenset(), "pro")


def make(store, caller=ADMIN, secret="wl_live_secret", env=None, **wanted):
    return api_keys.create(store, env or fixed_env(), audit_log(), secret, caller, Wanted(**wanted))


def test_a_key_is_stored_under_its_hash_with_what_was_asked_for():
    store, clock = MemoryKeys(), Clock()
    key = make(store, env=fixed_env(clock), name="ci", expires_in_days=2)
    assert store.stored == {digest_of("wl_live_secret"): key}
    assert (key.scopes, key.plan, key.kind, key.created_by) == (PROJECT_KEY_SCOPES, "pro", "key", "key_0")
    assert (key.prefix, key.expires_at) == ("wl_live_secr", "2026-03-23T10:00:00.000Z")
    assert store.use(digest_of("wl_live_secret"), clock(), write=False) is not None
    clock.advance(days=2)
    assert store.use(digest_of("wl_live_secret"), clock(), write=False) is None


@pytest.mark.parametrize("scopes", [(), ("no:such",), ("service",), ("traces:read", "x" * 500)])
def test_scopes_that_are_none(scopes):
    store = MemoryKeys()
    with pytest.raises(Invalid) as raised:
        make(store, scopes=scopes)
    assert raised.value.field == "scopes"
    assert len(raised.value.message) < 120
    assert store.stored == {}


def test_nobody_gives_what_they_do_not_have():
    store = MemoryKeys()
    keeper = Caller("ws_1", None, "key_1", "key", frozenset({"keys:write", "traces:read"}), "free")
    with pytest.raises(Forbidden):
        make(store, keeper)
    with pytest.raises(Forbidden):
        make(store, keeper, scopes=("admin",))
    assert make(store, keeper, scopes=("traces:read",)).scopes == ("traces:read",)
    assert make(store, SERVICE, scopes=("admin",)).kind == "key"


def test_a_project_stays_a_project():
    store = MemoryKeys()
    keeper = Caller("ws_1", "proj_1", "key_1", "key", frozenset({"admin"}), "free")
    assert make(store, keeper).project_id == "proj_1"
    with pytest.raises(NotFound):
        make(store, keeper, project_id="proj_2")


def test_a_workspace_has_so_many_keys(monkeypatch):
    monkeypatch.setattr(api_keys, "MAX_KEYS", 2)
    store, env = MemoryKeys(), fixed_env()
    first = make(store, secret="a", env=env)
    make(store, secret="b", env=env)
    with pytest.raises(Invalid, match="at most 2"):
        make(store, secret="c", env=env)
    api_keys.revoke(store, env, audit_log(), ADMIN, first.id)
    make(store, secret="c", env=env)


def test_the_current_key_is_the_one_used_or_the_newest_of_a_person():
    store, clock = MemoryKeys(), Clock()
    env = fixed_env(clock)
    own = store.add("own", "admin", id="key_0")
    assert api_keys.current(store, PERSON) is None
    one = make(store, PERSON, "one", env)
    clock.advance(seconds=1)
    two = make(store, PERSON, "two", env)
    make(store, ADMIN, "three", env)
    assert api_keys.current(store, ADMIN) == own
    assert api_keys.current(store, PERSON) == two
    api_keys.revoke(store, env, audit_log(), PERSON, None)
    assert api_keys.current(store, PERSON) == one


def test_a_key_is_revoked_once_and_only_from_where_it_is_seen():
    store, env = MemoryKeys(), fixed_env()
    key = make(store, project_id="proj_1", env=env)
    for stranger in (
        Caller("ws_2", None, "key_9", "key", frozenset({"admin"}), "free"),
        Caller("ws_1", "proj_2", "key_8", "key", frozenset({"admin"}), "free"),
    ):
        with pytest.raises(NotFound):
            api_keys.revoke(store, env, audit_log(), stranger, key.id)
    api_keys.revoke(store, env, audit_log(), ADMIN, key.id)
    for again in (key.id, "key_no", None):
        with pytest.raises(NotFound):
            api_keys.revoke(store, env, audit_log(), PERSON, again)
