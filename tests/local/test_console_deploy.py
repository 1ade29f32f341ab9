"""What `make console-deploy` puts where."""

from pathlib import Path
from typing import Any

import pytest

from local.console_deploy import ANEW, FOREVER, deploy, files

OUTPUTS = {"ConsoleBucketName": "console", "ConsoleDistributionId": "E1", "ConsoleConfig": '{"oidc": {}}'}


class Recorder:
    """A client that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def put_object(self, **given: Any) -> None:
        self.asked.append(given)

    create_invalidation = put_object


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "icon.svg", "assets/index-abc.js", "assets/index-abc.css"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_a_page_comes_after_what_it_names(built):
    keys = [file.key for file in files(built, "{}")]
    assert keys[-2:] == ["console-config.json", "index.html"]
    assert set(keys[:-2]) == {"assets/index-abc.js", "assets/index-abc.css", "icon.svg"}


def test_only_names_with_a_digest_are_kept_by_browsers(built):
    s3, cloudfront = Recorder(), Recorder()
    assert deploy(OUTPUTS, built, s3, cloudfront) == 5
    kept = {each["Key"]: (each["CacheControl"], each["ContentType"]) for each in s3.asked}
    assert kept["assets/index-abc.js"] == (FOREVER, "text/javascript")
    assert kept["index.html"] == (ANEW, "text/html")
    assert kept["console-config.json"] == (ANEW, "application/json")
    assert s3.asked[-2]["Body"] == b'{"oidc": {}}'


def test_a_second_time_is_the_same_invalidation(built):
    cloudfront = Recorder()
    for _ in range(2):
        deploy(OUTPUTS, built, Recorder(), cloudfront)
    first, second = cloudfront.asked
    assert first == second
    assert "/index.html" in first["InvalidationBatch"]["Paths"]["Items"]


def test_a_stack_without_a_console_is_told(built):
    with pytest.raises(KeyError, match="ConsoleConfig"):
        deploy({}, built, Recorder(), Recorder())
