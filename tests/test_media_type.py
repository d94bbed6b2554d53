"""
Types are told by first bytes: real formats are known, liars are not.
"""

import io
import struct
import zipfile
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald import media_type
from herald.content import MediaKind
from tests.conftest import Show

pytestmark = [pytest.mark.feature("F21"), pytest.mark.goal("G23")]

OFFICE = "application/vnd.openxmlformats-officedocument"


def archive(*names: str, size: int = 10, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with parts of these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as written:
        for name in names:
            written.writestr(name, "x" * size)
    return file.getvalue()


def ole(*streams: str, shift: int = 9, sector: int = 0) -> bytes:
    """An OLE file whose directory lies in this sector and names these streams."""
    header = bytearray(512 if shift == 9 else 4096)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, shift)
    struct.pack_into("<I", header, 48, sector)
    entries = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in ("Root Entry", *streams))
    return bytes(header) + bytes(sector << shift) + entries.ljust(1 << shift, b"\0")


def ogg(packet: bytes) -> bytes:
    """The first page of an Ogg stream, with one packet."""
    return b"OggS\x00\x02" + bytes(8) + b"\x01\x00\x00\x00" + bytes(8) + bytes([1, len(packet)]) + packet


def film(brand: bytes) -> bytes:
    """The first boxes of an MP4 file of this major brand."""
    return b"\x00\x00\x00\x20ftyp" + brand + b"\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00\x00\x00\x08free"


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
WORD_PARTS = ("[Content_Types].xml", "_rels/.rels", "word/document.xml")

REAL = {
    "jfif": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01", "image/jpeg"),
    "exif": (b"\xff\xd8\xff\xe1\x00\x18Exif\x00\x00", "image/jpeg"),
    "bare jpeg": (b"\xff\xd8\xff\xdb\x00\x43\x00", "image/jpeg"),
    "png": (PNG, "image/png"),
    "gif 87": (b"GIF87a\x01\x00\x01\x00\x80\x00\x00", "image/gif"),
    "gif 89": (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "image/gif"),
    "lossy webp": (b"RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00", "image/webp"),
    "animated webp": (b"RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00", "image/webp"),
    "mp4 isom": (film(b"isom"), "video/mp4"),
    "mp4 mp42": (film(b"mp42"), "video/mp4"),
    "mp4 of a phone": (film(b"MSNV"), "video/mp4"),
    "mp4 fragmented": (film(b"iso5"), "video/mp4"),
    "3gp": (film(b"3gp4"), "video/3gpp"),
    "3gp release 6": (film(b"3gp6"), "video/3gpp"),
    "m4a": (film(b"M4A "), "audio/mp4"),
    "aac mpeg-4": (b"\xff\xf1\x50\x80\x02\x1f\xfc", "audio/aac"),
    "aac mpeg-2": (b"\xff\xf9\x4c\x80\x02\x1f\xfc", "audio/aac"),
    "amr": (b"#!AMR\n\x3c\x91\x17", "audio/amr"),
    "amr-wb": (b"#!AMR-WB\n\x44\x91", "audio/amr-wb"),
    "mp3 with tag": (b"ID3\x04\x00\x00\x00\x00\x00\x23TSSE", "audio/mpeg"),
    "mp3 frames": (b"\xff\xfb\x90\x64\x00\x0f\xf0", "audio/mpeg"),
    "mp3 of mpeg-2": (b"\xff\xf3\x64\xc4\x00\x00\x00", "audio/mpeg"),
    "opus": (ogg(b"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00"), "audio/ogg"),
    "vorbis": (ogg(b"\x01vorbis\x00\x00\x00\x00\x02"), "audio/ogg"),
    "wav": (b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00", "audio/wav"),
    "pdf 1.4": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
    "pdf 2.0": (b"%PDF-2.0\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
    "text": (b"Gr\xc3\xbc\xc3\x9fe aus Graz\r\n", "text/plain"),
    "text with mark": (b"\xef\xbb\xbfname;phone\n", "text/plain"),
    "vcard": (b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada\r\nEND:VCARD\r\n", "text/vcard"),
    "ics": (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "text/calendar"),
    "doc": (ole("WordDocument", "1Table"), "application/msword"),
    "xls": (ole("Workbook"), "application/vnd.ms-excel"),
    "xls of 1995": (ole("Book"), "application/vnd.ms-excel"),
    "ppt": (ole("Current User", "PowerPoint Document"), "application/vnd.ms-powerpoint"),
    "doc with large sectors": (ole("WordDocument", shift=12), "application/msword"),
    "docx": (archive(*WORD_PARTS), f"{OFFICE}.wordprocessingml.document"),
    "docx stored": (archive(*WORD_PARTS, method=zipfile.ZIP_STORED), f"{OFFICE}.wordprocessingml.document"),
    "xlsx with types last": (
        archive("docProps/app.xml", "xl/workbook.xml", "[Content_Types].xml"),
        f"{OFFICE}.spreadsheetml.sheet",
    ),
    "pptx": (archive("[Content_Types].xml", "ppt/presentation.xml"), f"{OFFICE}.presentationml.presentation"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_formats_are_known(name: str) -> None:
    """
    A file of this format is told by its first bytes, and agrees with being declared as what it is.
    """
    head, expected = REAL[name]
    assert media_type.sniff(head) == expected
    assert media_type.agree(expected, media_type.sniff(head))


LIARS = {
    "empty": (b"", "text/plain"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/png"),
    "svg as text": (b'<?xml version="1.0"?><svg/>', "text/plain"),
    "svg as svg": (b"<svg/>", "image/svg+xml"),
    "html": (b"<!DOCTYPE html><script>alert(1)</script>", "text/plain"),
    "html after blanks": (b"\n\t  <HTML>", "text/plain"),
    "html as html": (b"<html></html>", "text/html"),
    "script tag": (b"\xef\xbb\xbf<script>", "text/csv"),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "text/plain"),
    "batch file": (b"@echo off\r\ndel *.*\r\n", "text/plain"),
    "postscript": (b"%!PS-Adobe-3.0\n", "application/pdf"),
    "rtf": (b"{\\rtf1\\ansi", "application/msword"),
    "windows program": (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00", "application/pdf"),
    "linux program": (b"\x7fELF\x02\x01\x01\x00", "audio/mpeg"),
    "mac program": (b"\xcf\xfa\xed\xfe\x07\x00\x00\x01", "image/jpeg"),
    "java class": (b"\xca\xfe\xba\xbe\x00\x00\x00\x3d", "image/gif"),
    "installer": (ole("\u4840\u3f7f\u4164"), "application/msword"),
    "outlook message": (ole("__properties_version1.0"), "application/msword"),
    "ole of nonsense": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "application/msword"),
    "plain zip": (archive("a.txt", "b.txt"), f"{OFFICE}.wordprocessingml.document"),
    "jar": (archive("META-INF/MANIFEST.MF", "Main.class"), f"{OFFICE}.wordprocessingml.document"),
    "jar in disguise": (archive(*WORD_PARTS, "META-INF/MANIFEST.MF"), f"{OFFICE}.wordprocessingml.document"),
    "apk": (archive("AndroidManifest.xml", "classes.dex"), f"{OFFICE}.wordprocessingml.document"),
    "macros": (archive(*WORD_PARTS, "word/vbaProject.bin"), f"{OFFICE}.wordprocessingml.document"),
    "program in docx": (archive(*WORD_PARTS, "word/run.exe"), f"{OFFICE}.wordprocessingml.document"),
    "two documents in one": (archive(*WORD_PARTS, "xl/workbook.xml"), f"{OFFICE}.wordprocessingml.document"),
    "docx as xlsx": (archive(*WORD_PARTS), f"{OFFICE}.spreadsheetml.sheet"),
    "doc as xls": (ole("WordDocument"), "application/vnd.ms-excel"),
    "word and excel at once": (ole("WordDocument", "Workbook"), "application/msword"),
    "open document": (archive("mimetype", "META-INF/manifest.xml", "content.xml"), "application/msword"),
    "png as jpeg": (PNG, "image/jpeg"),
    "pdf as png": (b"%PDF-1.7\n%\xe2\xe3", "image/png"),
    "audio as film": (film(b"M4A "), "video/mp4"),
    "heic": (film(b"heic"), "image/jpeg"),
    "avif": (film(b"avif"), "image/png"),
    "quicktime": (film(b"qt  "), "video/mp4"),
    "theora": (ogg(b"\x80theora\x03\x02\x01"), "audio/ogg"),
    "cut ogg": (b"OggS\x00\x02", "audio/ogg"),
    "avi": (b"RIFF\x24\x08\x00\x00AVI LIST", "audio/wav"),
    "webm": (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00", "video/mp4"),
    "gzip": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "text/plain"),
    "latin-1 text": (b"Gr\xfc\xdfe", "text/plain"),
    "utf-16 text": (b"\xff\xfeh\x00i\x00", "text/plain"),
    "text with nul": (b"hello\x00world", "text/plain"),
    "text as vcard": (b"hello", "text/vcard"),
    "cut jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "cut png": (PNG[:20], "image/png"),
    "mp3 of a reserved rate": (b"\xff\xfb\xf0\x64", "audio/mpeg"),
    "aac of a reserved rate": (b"\xff\xf1\x7c\x80", "audio/aac"),
    "layer two": (b"\xff\xfd\x90\x64", "audio/mpeg"),
    "one byte": (b"\xff", "audio/mpeg"),
    "program and pdf": (b"MZ\x90\x00" + b"\x00" * 60 + b"%PDF-1.7\n", "application/pdf"),
    "pdf after a page": (b"<html></html>\n%PDF-1.7\n", "application/pdf"),
    "pdf after blanks": (b"\n\n%PDF-1.7\n", "application/pdf"),
    "picture that is a script": (b"GIF89a/*\x00*/=1;alert(1)", "text/plain"),
    "picture that is a page": (PNG + b"<html><script>", "text/html"),
    "picture and archive": (PNG + archive("a.txt"), f"{OFFICE}.wordprocessingml.document"),
    "archive after a script": (b"#!/bin/sh\n" + archive(*WORD_PARTS), f"{OFFICE}.wordprocessingml.document"),
    "page in a document": (archive(*WORD_PARTS, "word/run.hta"), f"{OFFICE}.wordprocessingml.document"),
}


@pytest.mark.parametrize("name", LIARS)
def test_liars_are_refused(name: str) -> None:
    """
    What is not what it says it is, or is of a kind that is never relayed, does not agree.
    """
    head, declared = LIARS[name]
    assert not media_type.agree(declared, media_type.sniff(head))


def test_enough_samples(figure: Show) -> None:
    """
    The tables are as long as was promised.
    """
    assert len(REAL) >= 25
    assert len(LIARS) >= 25
    figure("G23", "real formats known, liars and polyglots refused", f"{len(REAL)}, {len(LIARS)}")


@pytest.mark.parametrize(
    "declared", ["application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"]
)
def test_a_directory_out_of_sight(declared: str) -> None:
    """
    An OLE file whose directory lies beyond the peek agrees with each of the three that it may be, with nothing else.
    """
    head = ole("WordDocument", sector=500)[: media_type.PEEK]
    assert media_type.agree(declared, media_type.sniff(head))
    assert not media_type.agree("application/pdf", media_type.sniff(head))


def test_an_archive_by_its_end() -> None:
    """
    A spreadsheet whose list of types comes last is known by its first and last bytes together.
    """
    body = archive("xl/workbook.xml", "[Content_Types].xml", size=200_000, method=zipfile.ZIP_STORED)
    assert media_type.sniff(body[: media_type.PEEK]) is None
    assert media_type.sniff(body[: media_type.PEEK] + body[-media_type.PEEK :]) == f"{OFFICE}.spreadsheetml.sheet"


def test_text_cut_within_a_character() -> None:
    """
    A peek may end in the middle of a character; a short text that does so is broken.
    """
    text = ("ä" * media_type.PEEK).encode()
    assert media_type.sniff(b"x" + text[: media_type.PEEK - 1]) == "text/plain"
    assert media_type.sniff(b"x" + text[:11]) is None


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("IMAGE/JPG", "image/jpeg"),
        ("audio/ogg; codecs=opus", "audio/ogg"),
        (" text/x-vcard ; charset=utf-8", "text/vcard"),
        ("audio/mp3", "audio/mpeg"),
        ("application/zip", "application/zip"),
        ("", ""),
    ],
)
def test_one_name_a_type(declared: str, expected: str) -> None:
    """
    Parameters, case and the several names of a type do not matter.
    """
    assert media_type.canonical(declared) == expected


def test_neighbours_agree() -> None:
    """
    A csv is text, a recording may carry the brands of a film, and a business card may be sent as text.
    """
    assert media_type.agree("text/csv; charset=utf-8", media_type.sniff(b"a;b\n1;2\n"))
    assert media_type.agree("audio/mp4", media_type.sniff(film(b"isom")))
    assert media_type.agree("text/plain", media_type.sniff(b"BEGIN:VCARD\r\n"))


def test_kinds_and_endings() -> None:
    """
    Each type is shown as one kind, and has one ending for a file's name.
    """
    assert media_type.kind_of("audio/ogg; codecs=opus") is MediaKind.AUDIO
    assert media_type.kind_of(media_type.OPAQUE) is MediaKind.DOCUMENT
    endings = [media_type.extension(kind) for kind in media_type.KINDS]
    assert len(set(endings)) == len(media_type.KINDS)
    assert media_type.extension("IMAGE/JPG") == "jpg"
    assert media_type.extension(media_type.OPAQUE) == "bin"


@pytest.mark.parametrize("name", ["a.exe", "a.pdf.js", "A.BAT", "x.html", "x.svg", "a.exe. ", "m.docm"])
def test_dangerous_names(name: str) -> None:
    """
    A name that a computer would run is told, whatever the bytes are.
    """
    assert media_type.dangerous_name(name)


@pytest.mark.parametrize("name", ["a.pdf", "report.2024", "exe", "my.exe.pdf", "photo"])
def test_harmless_names(name: str) -> None:
    """
    Other names are left alone.
    """
    assert not media_type.dangerous_name(name)


def _mutations(heads: Iterable[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(st.sampled_from(list(heads)), st.binary(max_size=200), st.integers(0, 40)).map(
        lambda parts: parts[0][: parts[2]] + parts[1]
    )


@given(st.one_of(st.binary(max_size=300), _mutations(head for head, _ in REAL.values())))
def test_any_bytes(head: bytes) -> None:
    """
    No bytes make the judge stumble: it answers with a type of its list, the OLE family, or nothing.
    """
    assert media_type.sniff(head) in {*media_type.KINDS, "application/x-ole-storage", None}
