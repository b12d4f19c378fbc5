"""Asks the S3-compatible store of an organisation, by the one way in which this service asks other hosts.

botocore says each request in the words of S3 and signs it; `Outgoing` sends it, to an address that it has checked. So
an address inside the network is refused here as everywhere, and nobody else opens a connection.
"""

import base64
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final
from uuid import uuid4

from dashapp.domain.schedules.stores import StoreAccess, StoreError
from dashapp.security.outgoing import AddressRefused, Outgoing, OutgoingError, Question

SECONDS: Final = 60.0
"""For one request: a part of `PART_BYTES` takes that long at 1.1 Mbit/s."""
TRY_SECONDS: Final = 10.0
"""For one request while a person waits."""
LONGEST: Final = timedelta(minutes=8)
"""For all requests of a copy, so that it is never the lease of its run that ends first."""
PART_BYTES: Final = 8 * 1024 * 1024
"""What is larger goes in parts of this size, so that memory holds no more of it. S3 takes 10,000 parts."""
_TROUBLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "XAdminUserNotFound"), "store_key"
    ),
    **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "403"), "store_forbidden"),
    **dict.fromkeys(("NoSuchBucket", "404"), "store_bucket"),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), "store_clock"),
    **dict.fromkeys(
        ("AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException", "301"),
        "store_region",
    ),
    **dict.fromkeys(
        ("QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage", "507"),
        "store_full",
    ),
}
_PASSES: Final = frozenset({"store_clock", "store_full", "SlowDown", "RequestTimeout", "OperationAborted"})
_ELSEWHERE: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429})


_making: Final = Lock()
"""A session makes one client at a time."""


class TakenAlready(StoreError):
    """There is an object of that name."""


class StoreClient:
    """Puts objects into one store. Every method raises StoreError; `seconds` all requests together may take."""

    def __init__(
        self, outgoing: Outgoing, access: StoreAccess, seconds: float = LONGEST.total_seconds(), each: float = SECONDS
    ) -> None:
        self._outgoing = outgoing
        self._bucket = access.store.bucket
        self._deadline = monotonic() + seconds
        self._each = each
        self._client = _client(access)
        self._client.meta.events.register("before-send.s3", self._sent)

    def put(self, key: str, path: Path, kind: str, facts: Mapping[str, str], *, over: bool = False) -> None:
        """Puts a file, in parts where it is large; what has begun is taken back where it does not come to its end.

        `facts` are kept beside it. Raises TakenAlready where there is one of that name, unless it goes `over` that.
        """
        more = {"ContentType": kind, "Metadata": dict(facts)}
        condition = {} if over else {"IfNoneMatch": "*"}
        if path.stat().st_size > PART_BYTES:
            self._put_parts(key, path, more, condition)
            return
        self.put_bytes(key, path.read_bytes(), kind, facts, over=over)

    def put_bytes(self, key: str, body: bytes, kind: str, facts: Mapping[str, str], *, over: bool = False) -> None:
        """Puts an object. As `put`."""
        condition = {} if over else {"IfNoneMatch": "*"}
        self._asked(
            "put_object",
            Key=key, Body=body, ContentType=kind, Metadata=dict(facts), ChecksumSHA256=_digest(body), **condition,
        )  # fmt: skip

    def facts(self, key: str) -> Mapping[str, str] | None:
        """What is kept beside an object; None where there is none, or where the key may not ask."""
        try:
            found = self._asked("head_object", Key=key)
        except StoreError as error:
            if error.trouble in ("store_bucket", "store_forbidden", "NoSuchKey", "NotFound"):
                return None
            raise
        return dict(found.get("Metadata", {}))

    def remove(self, key: str) -> None:
        """Takes an object away."""
        self._asked("delete_object", Key=key)

    def drop_begun(self, prefix: str) -> int:
        """Takes back files of which a process has left parts behind; how many."""
        found = self._asked("list_multipart_uploads", Prefix=prefix).get("Uploads", [])
        for one in found:
            self._asked("abort_multipart_upload", Key=one["Key"], UploadId=one["UploadId"])
        return len(found)

    def try_out(self, key: str) -> bool:
        """Puts a small object and takes it away; False where it could not be taken away, which delivering needs not."""
        self.put_bytes(key, uuid4().bytes, "application/octet-stream", {})
        try:
            self.remove(key)
        except StoreError:
            return False
        return True

    def _put_parts(self, key: str, path: Path, more: Mapping[str, Any], condition: Mapping[str, str]) -> None:
        begun = self._asked("create_multipart_upload", Key=key, ChecksumAlgorithm="SHA256", **more)
        upload = {"Key": key, "UploadId": begun["UploadId"]}
        try:
            parts = []
            for number, body in enumerate(_pieces(path), start=1):
                checksum = _digest(body)
                put = self._asked("upload_part", **upload, PartNumber=number, Body=body, ChecksumSHA256=checksum)
                parts.append({"PartNumber": number, "ETag": put["ETag"], "ChecksumSHA256": checksum})
            self._asked("complete_multipart_upload", **upload, MultipartUpload={"Parts": parts}, **condition)
        except BaseException:
            self._drop(upload)
            raise

    def _drop(self, upload: Mapping[str, str]) -> None:
        """Tries once; the next try of the same copy looks for what is left."""
        self._deadline = max(self._deadline, monotonic() + self._each)
        try:
            self._asked("abort_multipart_upload", **upload)
        except StoreError:
            return

    def _asked(self, operation: str, **values: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError  # see _client

        try:
            return getattr(self._client, operation)(Bucket=self._bucket, **values)
        except ClientError as error:
            raise _told(error.response) from error
        except AddressRefused as error:
            raise StoreError("address") from error
        except OutgoingError as error:
            if error.status in _ELSEWHERE:
                raise StoreError("store_region") from error
            raise StoreError("unreachable", passes=True, unclear=True) from error
        except BotoCoreError as error:
            # An answer that is no answer of a store, or an address that cannot be made of what was entered.
            raise StoreError("store_answer", unclear=True) from error

    def _sent(self, request: Any, **_more: Any) -> Any:
        """What botocore would have sent by itself."""
        from botocore.awsrequest import AWSResponse  # see _client

        # Nobody waits for the word to go on; no signature is about it.
        headers = {name: _text(value) for name, value in request.headers.items() if name.lower() != "expect"}
        seconds = min(self._each, self._deadline - monotonic())
        if seconds <= 0:
            raise OutgoingError("The store took too long.")
        body = request.body if request.body is None or isinstance(request.body, bytes) else request.body.read()
        answer = self._outgoing.ask(Question(request.url, request.method, headers, body, seconds=seconds))
        if answer.status in _ELSEWHERE:
            # botocore would look for the region by itself, and ask addresses that nobody has entered.
            raise StoreError("store_region")
        return AWSResponse(answer.url, answer.status, dict(answer.headers), _Raw(answer.body))


class _Raw(BytesIO):
    """What `AWSResponse` needs of an answer."""

    def stream(self, *_how: object, **_more: object) -> Iterator[bytes]:
        """The body, piece by piece."""
        yield self.getvalue()


def _client(access: StoreAccess) -> Any:
    """A client that keeps to what it is told: nothing is taken from the environment or from files of the machine."""
    # Not at the head: it takes a second and memory which a process that serves pages has no use for.
    from botocore.config import Config

    store = access.store
    style = "path" if store.path_style else "virtual"
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": style, "payload_signing_enabled": True},
        # One request is one request: when a copy is tried again is said by its run.
        retries={"total_max_attempts": 1, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    with _making:
        return _session().create_client(
            "s3", region_name=store.region, endpoint_url=store.endpoint, aws_access_key_id=store.access_key,
            aws_secret_access_key=access.secret, config=config,
        )  # fmt: skip


@cache
def _session() -> Any:
    """What holds the description of S3, which takes long to read."""
    from botocore.session import Session  # see _client

    nothing = (None, None, "", None)
    return Session(session_vars={"config_file": nothing, "credentials_file": nothing})


def _told(response: Mapping[str, Any]) -> StoreError:
    """The error that an answer of the store is."""
    code = str(response.get("Error", {}).get("Code") or "")
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    if status == 412 or code == "PreconditionFailed":
        return TakenAlready("store_taken")
    trouble = _TROUBLES.get(code) or code[:60] or _TROUBLES.get(str(status)) or str(status)
    passes = trouble in _PASSES or status >= 500 or status in _LATER
    return StoreError(trouble, passes=passes, unclear=status >= 500)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while piece := opened.read(PART_BYTES):
            yield piece


def _digest(body: bytes) -> str:
    return base64.b64encode(sha256(body).digest()).decode()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
