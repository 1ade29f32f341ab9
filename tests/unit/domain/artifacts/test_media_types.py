"""Which types an artifact may have, and what Content-Type names them."""

import pytest

from wakeline.domain.artifacts.media_types import MEDIA_TYPES, media_type
from wakeline.domain.errors import UnsupportedMedia


@pytest.mark.parametrize("media", MEDIA_TYPES, ids=lambda media: media.name)
def test_each_type_by_all_its_names(media):
    assert {media_type(name) for name in (media.name, media.name.upper(), f" {media.name} ", *media.aliases)} == {media}


def test_the_twelve():
    assert [media.extensions[0] for media in MEDIA_TYPES] == [
        "png", "jpg", "webp", "webm", "mp4", "wav", "mp3", "json", "jsonl", "txt", "pdf", "zip",
    ]  # fmt: skip


@pytest.mark.parametrize("given", ["text/plain; charset=utf-8", 'text/plain;charset="UTF-8"', "image/png; charset=x"])
def test_parameters(given):
    assert media_type(given).name == given.split(";")[0]


@pytest.mark.parametrize(
    "given",
    ["", "text/html", "image/svg+xml", "application/octet-stream", "application/xhtml+xml", "image/*", "*/*", "png",
     "image/gif", "text/plain; charset=utf-16", "application/javascript", "x" * 10_000],
)  # fmt: skip
def test_others_are_not_supported(given):
    with pytest.raises(UnsupportedMedia) as caught:
        media_type(given)
    assert len(str(caught.value)) < 500
