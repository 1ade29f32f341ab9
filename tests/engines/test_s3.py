"""Presigned URLs and digests against a server that checks them; the embedded S3 checks neither."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.adapters.test_artifact_contract import artifact
from tests.engines.servers import running
from tests.files import PNG
from wakeline.adapters.s3.files import S3Files

FILE = replace(artifact(), size_bytes=len(PNG), sha256=sha256(PNG).hexdigest())


def test_an_upload_is_what_was_announced(engine, real_engines, monkeypatch):
    monkeypatch.setenv("S3_PUBLIC_ENDPOINT", real_engines.s3)
    upload = S3Files().upload(FILE)
    with httpx.Client(timeout=30) as client:
        wrong = client.request(upload.method, upload.url, content=PNG[:-1] + b"x", headers=upload.headers)
        assert wrong.status_code == 400
        without = {name: value for name, value in upload.headers.items() if "sha256" not in name.lower()}
        assert client.request(upload.method, upload.url, content=PNG, headers=without).status_code >= 400
        assert client.request(upload.method, upload.url, content=PNG, headers=upload.headers).status_code == 200


def test_a_direct_put_with_another_digest_is_refused(engine):
    with pytest.raises(ClientError):
        S3Files().put(replace(FILE, id="art_wrong"), b"something else")


def test_what_is_under_lock_is_gone_in_a_new_account_alone(engine, request, tmp_path):
    # The hour's digest may be sealed while a test runs; the next test starts with nothing all the same.
    with running(Path(request.config.getoption("--engines")), tmp_path) as own:
        s3 = own.client("s3")
        s3.create_bucket(Bucket="digests", ObjectLockEnabledForBucket=True)
        until = datetime.now(UTC) + timedelta(days=1)
        held = s3.put_object(
            Bucket="digests", Key="hour", Body=b"root", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until
        )
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(Bucket="digests", Key="hour", VersionId=held["VersionId"])
        own.clear()
        assert s3.list_buckets()["Buckets"] == []
        s3.create_bucket(Bucket="digests")
        assert "Versions" not in s3.list_object_versions(Bucket="digests")
