"""What a server does in the background, however much it is, holds up nobody who signs in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, current_thread
from typing import Any

import pytest
from sqlalchemy import Engine, event

from ostiary.aws.types.cognito_idp import NotAuthorizedException, ResourceNotFoundException
from ostiary.cleaning import Cleaner
from ostiary.context import Services
from ostiary.store import removals, schema
from tests.fixtures.bulk import fill
from tests.idp.signin.conftest import App, Pool

MILLION = 1_000_000
MANY = 100_000
SIGN_INS = 10


class Bites:
    """How many rows each statement removed, by the name of the thread that ran it."""

    def __init__(self) -> None:
        self.rows: dict[str, list[int]] = {}
        self.begun = Event()

    def note(self, _connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE"):
            thread = current_thread().name
            self.rows.setdefault(thread, []).append(cursor.rowcount)
            if thread == "cleaning":
                self.begun.set()


@contextmanager
def cleaning(services: Services) -> Iterator[Bites]:
    """Let a server's thread clean, and watch."""
    bites, cleaner = Bites(), Cleaner(services)
    event.listen(Engine, "after_cursor_execute", bites.note)
    cleaner.start()
    try:
        yield bites
    finally:
        cleaner.stop()
        event.remove(Engine, "after_cursor_execute", bites.note)


def test_nobody_waits_while_a_million_expired_sign_ins_are_removed(app: App, services: Services) -> None:
    columns = {"pool_id": "us-east-1_elsewhere", "origin_jti": "o{n}", "sub": "s{n}", "client_id": "c"}
    fill(services.store, schema.token_families, MILLION, **columns)
    with cleaning(services) as bites:
        assert bites.begun.wait(60), "the first sweep begins when a server starts"
        for _ in range(SIGN_INS):
            app.tokens("ann")
        removed = bites.rows["cleaning"]
        # In the time of a few sign-ins not nearly all is gone: none waited for all of it.
        assert sum(removed) < MILLION // 2
    assert max(removed) <= removals.BITE


def test_a_pool_of_very_many_users_is_gone_at_once_and_removed_bite_by_bite(
    app: App, services: Services, make_pool: Callable[[], Pool]
) -> None:
    gone = make_pool()
    theirs = gone.app()
    gone.user("eve")
    tokens = theirs.tokens("eve")
    columns = {"sub": "s{n}", "username": "person{n}", "username_key": "person{n}", "attributes": "{}"}
    fill(services.store, schema.users, MANY, pool_id=gone.id, status="CONFIRMED", **columns)
    with cleaning(services) as bites:
        gone.admin("DeleteUserPool", UserPoolId=gone.id)
        assert sum(bites.rows[current_thread().name]) <= removals.BITE
        with pytest.raises(ResourceNotFoundException):
            theirs.tokens("eve")
        with pytest.raises(NotAuthorizedException):
            gone.get_user(tokens["AccessToken"])
        with pytest.raises(ResourceNotFoundException):
            gone.admin("AdminGetUser", UserPoolId=gone.id, Username="person1")
        assert gone.id not in {pool["Id"] for pool in gone.admin("ListUserPools", MaxResults=60)["UserPools"]}
        assert bites.begun.wait(60)
        for _ in range(SIGN_INS):
            app.tokens("ann")
        removed = bites.rows["cleaning"]
        assert sum(removed) < MANY // 2
    assert max(removed) <= removals.BITE


def test_tokens_of_a_deleted_client_are_dead_before_its_many_sign_ins_are_removed(app: App, services: Services) -> None:
    other = app.pool.app()
    tokens = other.tokens("ann")
    # The one that counts is behind all that go at once.
    fill(
        services.store, schema.token_families, 3 * removals.BITE, pool_id=app.pool.id, origin_jti=" {n}", client_id="x"
    )
    app.pool.call("DeleteUserPoolClient", ClientId=other.id)
    with services.store.read() as tx:
        assert len(tx.all(schema.token_families.select().where(schema.token_families.c.client_id == other.id))) == 1
    with pytest.raises(NotAuthorizedException, match="Access Token has been revoked"):
        app.pool.get_user(tokens["AccessToken"])
    with pytest.raises(ResourceNotFoundException):
        other.refresh(tokens["RefreshToken"])


def test_a_group_made_again_has_none_of_the_many_members_it_had(app: App, services: Services) -> None:
    pool = app.pool
    pool.call("CreateGroup", GroupName="staff")
    members = {"pool_id": pool.id, "group_name": "staff"}
    fill(services.store, schema.group_members, 3 * removals.BITE, sub=" {n}", **members)
    pool.call("AdminAddUserToGroup", GroupName="staff", Username="ann")
    pool.call("DeleteGroup", GroupName="staff")
    assert pool.call("AdminListGroupsForUser", Username="ann")["Groups"] == []
    pool.call("CreateGroup", GroupName="staff")
    assert pool.call("AdminListGroupsForUser", Username="ann")["Groups"] == []
    with services.store.read() as tx:
        assert tx.all(schema.group_members.select()) == []


def test_many_sign_ins_are_dead_at_once_and_removed_bite_by_bite(
    app: App, services: Services, clean: Callable[[], int], advance: Callable[[float], None]
) -> None:
    pool = app.pool
    pool.call("SetUserPoolSessionConfiguration", UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 20})
    tokens = app.tokens("ann")
    (ann,) = pool.call("ListUsers")["Users"]
    sub = next(each["Value"] for each in ann["Attributes"] if each["Name"] == "sub")
    columns = {"pool_id": pool.id, "sub": sub, "client_id": app.id, "origin_jti": " {n}", "expires_at": 2**40}
    fill(services.store, schema.token_families, 3 * removals.BITE, **columns)
    advance(5)
    pool.anybody("GlobalSignOut", AccessToken=tokens["AccessToken"])
    with services.store.read() as tx:
        left = tx.all(schema.token_families.select())
    assert len(left) == 2 * removals.BITE + 1
    with pytest.raises(NotAuthorizedException, match="has been revoked"):
        pool.get_user(tokens["AccessToken"])
    with pytest.raises(NotAuthorizedException, match="has been revoked"):
        app.refresh(tokens["RefreshToken"])
    assert pool.call("AdminListUserSessions", Username="ann")["Sessions"] == []
    advance(1)
    after = app.tokens("ann")
    clean()
    with services.store.read() as tx:
        assert len(tx.all(schema.token_families.select())) == 1
    assert pool.get_user(after["AccessToken"])
    assert len(pool.call("AdminListUserSessions", Username="ann")["Sessions"]) == 1
