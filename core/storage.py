"""Where the bytes of files lie: a folder under DATA_DIR, or a bucket by S3.

A thing is named by the digest of its bytes, so that the same bytes lie there once.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from flask import Flask, current_app

from .settings import BadSetting


class StorageFault(Exception):
    """The place where files lie does not answer."""


class Storage(Protocol):
    """Names are digests, with an ending where the bytes are enclosed."""

    faults: tuple[type[Exception], ...]  # what it raises when it does not answer

    def has(self, name: str) -> bool: ...

    def put(self, name: str, data: bytes) -> None: ...

    def get(self, name: str) -> bytes:
        """Raises KeyError when there is no such thing."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """The bytes to be read piece by piece. Raises KeyError when there is no such thing."""
        ...

    def delete(self, name: str) -> None:
        """Does nothing when there is no such thing."""
        ...


@contextmanager
def answering(place: Storage) -> Iterator[Storage]:
    """What the place raises when it does not answer becomes one fault."""
    try:
        yield place
    except place.faults as fault:
        raise StorageFault from fault


class Folder:
    """Files in 256 folders; a name is there whole or not at all."""

    faults = (OSError,)

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, name: str) -> Path:
        return self.root / name[:2] / name

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=path.parent)
        try:
            with open(descriptor, "wb") as new:
                new.write(data)
                new.flush()
                os.fsync(new.fileno())
            os.replace(made, path)
        except BaseException:
            Path(made).unlink(missing_ok=True)
            raise

    def get(self, name: str) -> bytes:
        with self.open(name) as found:
            return found.read()

    def open(self, name: str) -> IO[bytes]:
        try:
            return open(self._path(name), "rb")  # whoever asked closes it
        except FileNotFoundError as fault:
            raise KeyError(name) from fault

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)


class Bucket:
    """A bucket of Amazon's S3 or of what speaks like it; boto3 brings the access keys."""

    def __init__(self, name: str, url: str) -> None:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        self.name = name
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=url or None,
            config=Config(
                retries={"max_attempts": 3},
                connect_timeout=5,
                read_timeout=30,
                # Others than Amazon know no checksums of newer kinds.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        self.missing = ClientError
        self.faults = (ClientError, BotoCoreError)

    def has(self, name: str) -> bool:
        try:
            self.client.head_object(Bucket=self.name, Key=name)
        except self.missing as fault:
            if _code(fault) == 404:
                return False
            raise
        return True

    def put(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=name, Body=data)

    def get(self, name: str) -> bytes:
        return self.open(name).read()

    def open(self, name: str) -> IO[bytes]:
        try:
            found = self.client.get_object(Bucket=self.name, Key=name)
        except self.missing as fault:
            if _code(fault) == 404:
                raise KeyError(name) from fault
            raise
        stream: IO[bytes] = found["Body"]
        return stream

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=name)


def _code(fault: Any) -> int:
    return int(fault.response["ResponseMetadata"]["HTTPStatusCode"])


def storage() -> Storage:
    """The storage that the settings name."""
    found: Storage = current_app.extensions["dajiatan-storage"]
    return found


def init_app(app: Flask) -> None:
    """Raises BadSetting where the settings name a bucket and boto3 is missing."""
    bucket = app.config["FILES_S3_BUCKET"]
    if not bucket:
        app.extensions["dajiatan-storage"] = Folder(Path(app.config["DATA_DIR"]) / "files")
        return
    try:
        app.extensions["dajiatan-storage"] = Bucket(bucket, app.config["FILES_S3_URL"])
    except ImportError as fault:
        raise BadSetting(
            "FILES_S3_BUCKET is set, and boto3, which speaks S3, is not installed: "
            "run .venv/bin/pip install boto3==1.44.5, or leave FILES_S3_BUCKET empty"
        ) from fault
