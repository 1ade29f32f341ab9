"""File names: nothing of a path, nothing that misleads, an ending that fits."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.artifacts.file_names import MAX_BYTES, disposition, safe_filename, stored_name
from wakeline.domain.artifacts.media_types import MEDIA_TYPES, media_type

PNG, TEXT = media_type("image/png"), media_type("text/plain")


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("shot.png", "shot.png"),
        ("Übersicht 2.PNG", "Übersicht 2.PNG"),
        ("../../etc/passwd", "passwd.png"),
        ("..\\..\\windows\\system32\\shot.png", "shot.png"),
        ("/", "artifact.png"),
        ("", "artifact.png"),
        ("..", "artifact.png"),
        (".png", "png.png"),
        ("a/../../b.png/", "artifact.png"),
        ("a\x00b\r\nSet-Cookie: x.png", "ab Set-Cookie_ x.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe.png"),
        ("page.html", "page.html.png"),
        ("con.png", "_con.png"),
        ('a<b>:"|?*.png', "a_b______.png"),
        ("shot.png. . .", "shot.png"),
        ("x.png\u200b", "x.png"),
        ("e\u0301.png", "é.png"),
    ],
)
def test_pictures(given, made):
    assert safe_filename(given, PNG) == made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("run.log", "run.log"),
        ("main.py", "main.py"),
        ("README", "README.txt"),
        ("page.html", "page.html.txt"),
        ("logo.SVG", "logo.SVG.txt"),
        ("run.bat", "run.bat.txt"),
        ("a." + "b" * 40, "a." + "b" * 40 + ".txt"),
    ],
)
def test_texts(given, made):
    assert safe_filename(given, TEXT) == made


@given(st.text(max_size=300), st.sampled_from(MEDIA_TYPES))
def test_any_name(name, media):
    made = safe_filename(name, media)
    assert 1 <= len(made.encode()) <= MAX_BYTES
    assert not set(made) & set('/\\<>:"|?*')
    assert made[0] not in ". "
    assert made[-1] not in ". "
    assert all(unicodedata.category(char)[0] != "C" for char in made)
    assert safe_filename(made, media) == made
    if media.name != "text/plain":
        assert made.rpartition(".")[2].lower() in media.extensions


@given(st.text(max_size=300), st.sampled_from(MEDIA_TYPES))
def test_any_stored_name(name, media):
    stored = stored_name(safe_filename(name, media))
    assert stored.isascii()
    assert 1 <= len(stored) <= 100
    assert stored not in (".", "..")
    assert not set(stored) & set("/\\ %?#&+;'\"")


@given(st.text(max_size=60))
def test_a_header_of_any_name_is_one_header(name):
    said = disposition(safe_filename(name, PNG))
    assert said.startswith('attachment; filename="')
    assert said.isascii()
    assert said.isprintable()
    assert said.count('"') == 2


def test_disposition():
    assert disposition("Ä b.png") == "attachment; filename=\"_b.png\"; filename*=UTF-8''%C3%84%20b.png"
