"""The store into which schedules put copies: asked over the wire of a real server that speaks S3."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.schedules.stores import (
    ReportStore,
    StoreAccess,
    StoreError,
    StoreRefused,
    checked_secret,
    checked_store,
)
from dashapp.security import stores
from dashapp.security.outgoing import Answer, Outgoing, OutgoingError, Question
from dashapp.security.sealing import Seals
from dashapp.security.stores import StoreClient
from dashapp.settings import Settings
from tests.object_store import ACCESS_KEY, SECRET, ObjectStore, object_store
from tests.security.loopback import Asked, answering

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("objects")) as found:
        yield found


@pytest.fixture
def outgoing(make_settings: Callable[..., Settings]) -> Outgoing:
    return Outgoing(make_settings(outgoing_networks=LOOPBACK))


def trouble_of(act: Callable[[], object]) -> tuple[str, bool]:
    with pytest.raises(StoreError) as error:
        act()
    return error.value.trouble, error.value.passes


def test_an_object_is_put_with_what_is_known_of_it_and_taken_away(server: ObjectStore, outgoing: Outgoing) -> None:
    client = StoreClient(outgoing, server.access())
    client.put_bytes("a/résumé 1.csv", b"figures", "text/csv", {"delivery": "one"})

    assert server.read("a/résumé 1.csv") == b"figures"
    assert client.facts("a/résumé 1.csv") == {"delivery": "one"}
    assert client.facts("a/nothing") is None
    client.remove("a/résumé 1.csv")
    assert server.names() == []


def test_a_store_that_is_tried_out_holds_nothing_of_the_try(server: ObjectStore, outgoing: Outgoing) -> None:
    assert StoreClient(outgoing, server.access()).try_out("prefix/try")
    assert server.names() == []


def test_what_is_wrong_with_a_store_is_told_in_words(server: ObjectStore, outgoing: Outgoing) -> None:
    gone = StoreAccess(ReportStore("http://127.0.0.1:1", "eu", "reports", "", True, ACCESS_KEY), SECRET)
    inside = StoreAccess(ReportStore("http://10.0.0.7", "eu", "reports", "", True, ACCESS_KEY), SECRET)
    for access, told in (
        (server.access(key=("nobody", SECRET)), ("store_key", False)),
        (server.access(key=(ACCESS_KEY, "another")), ("store_key", False)),
        (server.access(bucket="nothing"), ("store_bucket", False)),
        (gone, ("unreachable", True)),
        (inside, ("address", False)),
    ):
        assert trouble_of(lambda access=access: StoreClient(outgoing, access).try_out("try")) == told  # type: ignore[misc]
    assert trouble_of(lambda: StoreClient(outgoing, server.access(), seconds=0).try_out("try")) == ("unreachable", True)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "RequestTimeTooSkewed", ("store_clock", True)),
        (403, "AccessDenied", ("store_forbidden", False)),
        (301, "PermanentRedirect", ("store_region", False)),
        (400, "AuthorizationHeaderMalformed", ("store_region", False)),
        (404, "XAdminUserNotFound", ("store_key", False)),
        (503, "SlowDown", ("SlowDown", True)),
        (507, "XMinioStorageFull", ("store_full", True)),
        (500, "", ("500", True)),
        (412, "PreconditionFailed", ("store_taken", False)),
        (400, "MetadataTooLarge", ("MetadataTooLarge", False)),
    ],
)
def test_what_a_store_answers_is_told_in_words_and_tried_again_where_that_helps(
    outgoing: Outgoing, status: int, code: str, told: tuple[str, bool]
) -> None:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>" if code else ""
    with answering(lambda _asked: (status, {"Content-Type": "application/xml"}, body.encode())) as host:
        access = StoreAccess(ReportStore(host.url, "eu", "reports", "", True, ACCESS_KEY), SECRET)
        assert trouble_of(lambda: StoreClient(outgoing, access).put_bytes("a", b"b", "text/csv", {})) == told
    (asked,) = host.asked
    assert asked.headers["if-none-match"] == "*"
    assert SECRET not in str(asked)


def test_a_request_is_signed_with_its_body_and_carries_the_checksum(outgoing: Outgoing) -> None:
    def taken(_asked: Asked) -> tuple[int, dict[str, str], bytes]:
        return 200, {"ETag": '"1"'}, b""

    with answering(taken) as host:
        access = StoreAccess(ReportStore(host.url, "eu-central-1", "reports", "", True, ACCESS_KEY), SECRET)
        StoreClient(outgoing, access).put_bytes("a.csv", b"abc", "text/csv", {})
    (asked,) = host.asked
    assert (asked.method, asked.path, asked.body) == ("PUT", "/reports/a.csv", b"abc")
    assert asked.headers["x-amz-checksum-sha256"] == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    assert asked.headers["x-amz-content-sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert "/eu-central-1/s3/aws4_request" in asked.headers["authorization"]
    assert "expect" not in asked.headers


class Broken(Outgoing):
    """Hears nothing of one request."""

    def __init__(self, settings: Settings, word: str) -> None:
        super().__init__(settings)
        self.word = word

    def ask(self, question: Question) -> Answer:
        if self.word in question.url:
            raise OutgoingError("The other host did not answer in time.")
        return super().ask(question)


def test_a_large_file_goes_in_parts_and_leaves_nothing_where_one_of_them_fails(
    server: ObjectStore, make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "PART_BYTES", 1_000)
    large, settings = tmp_path / "large.csv", make_settings(outgoing_networks=LOOPBACK)
    large.write_bytes(bytes(range(250)) * 9)
    broken = StoreClient(Broken(settings, "partNumber=2"), server.access())
    assert trouble_of(lambda: broken.put("large.csv", large, "text/csv", {})) == ("unreachable", True)
    client = StoreClient(Outgoing(settings), server.access())
    assert (server.names(), client.drop_begun("")) == ([], 0)

    client.put("large.csv", large, "text/csv", {"delivery": "one"})
    assert server.read("large.csv") == large.read_bytes()
    client.remove("large.csv")


def test_parts_that_a_process_has_left_are_taken_back(
    server: ObjectStore, make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "PART_BYTES", 1_000)
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 1_500)
    # As when the process is killed: it neither puts the second part nor takes the first one back.
    killed = StoreClient(Broken(make_settings(outgoing_networks=LOOPBACK), "partNumber=2"), server.access())
    killed._drop = lambda _upload: None  # type: ignore[method-assign,assignment]
    trouble_of(lambda: killed.put("of/large.csv", large, "text/csv", {}))

    client = StoreClient(Outgoing(make_settings(outgoing_networks=LOOPBACK)), server.access())
    assert [client.drop_begun("of/"), client.drop_begun("of/")] == [1, 0]


def test_the_machine_of_another_name_is_asked_where_the_bucket_stands_before_the_host(
    make_settings: Callable[..., Settings],
) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.7"]

    access = StoreAccess(ReportStore("https://s3.example.edu", "eu", "reports", "", False, ACCESS_KEY), SECRET)
    client = StoreClient(Outgoing(make_settings(), resolve), access)
    assert trouble_of(lambda: client.try_out("try")) == ("address", False)
    assert asked == ["reports.s3.example.edu"]


def test_what_is_no_store_is_refused_with_the_field_that_is_wrong() -> None:
    good: dict[str, Any] = {
        "endpoint": " https://s3.example.edu/ ", "region": "us-east-1", "bucket": "reports", "prefix": "/a/b/",
        "path_style": True, "access_key": "AKIA ",
    }  # fmt: skip
    made = checked_store(ReportStore(**good))
    assert (made.place, made.access_key, made.key("c")) == ("s3.example.edu/reports/a/b", "AKIA", "a/b/c")
    for name, value in (
        ("endpoint", "https://s3.example.edu/path"),
        ("region", "Mars"),
        ("bucket", "A"),
        ("bucket", "a..b"),
        ("prefix", "a/../b"),
        ("prefix", "a//b"),
        ("prefix", "a b"),
        ("access_key", "a b"),
    ):
        with pytest.raises(StoreRefused) as error:
            checked_store(ReportStore(**{**good, name: value}))
        assert error.value.why == name
    with pytest.raises(StoreRefused):
        checked_secret("two words")


def test_a_secret_is_sealed_for_its_purpose_and_is_read_after_a_rotation() -> None:
    sealed = Seals(b"report store", ("old" * 12,)).seal(SECRET)
    assert SECRET not in sealed
    assert Seals(b"report store", ("new" * 12, "old" * 12)).open(sealed) == SECRET
    assert Seals(b"lti tool keys", ("old" * 12,)).open(sealed) is None
    assert Seals(b"report store", ("new" * 12,)).open(sealed) is None
    assert SECRET not in repr(StoreAccess(ReportStore("https://a.example", "eu", "b", "", True, "k"), SECRET))


def test_requests_of_a_copy_end_before_the_lease_of_its_run() -> None:
    assert timedelta(minutes=10) > stores.LONGEST
