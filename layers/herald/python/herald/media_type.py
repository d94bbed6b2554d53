"""
Which kinds of media Herald relays, told by their first bytes and never by what somebody says they are.

A closed list: what is not on it is refused, so SVG, HTML, programs, plain archives and macro documents need no
list of their own. Nothing is unpacked or decoded. Sources of the magic numbers: RFC 2083 (PNG), RFC 3267 (AMR),
RFC 3533 (Ogg), ISO 14496-12 and the MP4 registration authority (brands), ETSI TS 126 244 (3GP), MS-CFB (OLE),
PKWARE APPNOTE 4.3 (zip) with ECMA-376 part 2 (Office), RFC 6350 (vCard), RFC 5545 (iCalendar).
"""

import re
from collections.abc import Callable

from herald.content import MediaKind

PEEK = 65_536
"""Bytes from the start (and, of an archive, from the end) that are enough to tell a type."""

OPAQUE = "application/octet-stream"
"""What a person sent and we do not know: kept, never shown."""

_MEGABYTE = 1_000_000
MAX_SIZE = 100 * _MEGABYTE
"""Bytes of the largest medium that any channel takes."""

_OLE = "application/x-ole-storage"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_WORD, _SHEET, _SLIDES = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
_DOCX = f"{_OFFICE}.wordprocessingml.document"
_XLSX = f"{_OFFICE}.spreadsheetml.sheet"
_PPTX = f"{_OFFICE}.presentationml.presentation"

KINDS = {
    "image/jpeg": MediaKind.IMAGE,
    "image/png": MediaKind.IMAGE,
    "image/webp": MediaKind.IMAGE,
    "image/gif": MediaKind.IMAGE,
    "video/mp4": MediaKind.VIDEO,
    "video/3gpp": MediaKind.VIDEO,
    "audio/aac": MediaKind.AUDIO,
    "audio/amr": MediaKind.AUDIO,
    "audio/amr-wb": MediaKind.AUDIO,
    "audio/mp4": MediaKind.AUDIO,
    "audio/mpeg": MediaKind.AUDIO,
    "audio/ogg": MediaKind.AUDIO,
    "audio/wav": MediaKind.AUDIO,
    "application/pdf": MediaKind.DOCUMENT,
    "text/plain": MediaKind.DOCUMENT,
    "text/csv": MediaKind.DOCUMENT,
    "text/vcard": MediaKind.DOCUMENT,
    "text/calendar": MediaKind.DOCUMENT,
    _WORD: MediaKind.DOCUMENT,
    _SHEET: MediaKind.DOCUMENT,
    _SLIDES: MediaKind.DOCUMENT,
    _DOCX: MediaKind.DOCUMENT,
    _XLSX: MediaKind.DOCUMENT,
    _PPTX: MediaKind.DOCUMENT,
}
"""The content types that are relayed, and how each is shown."""

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/csv": "csv",
    "text/vcard": "vcf",
    "text/calendar": "ics",
    _WORD: "doc",
    _SHEET: "xls",
    _SLIDES: "ppt",
    _DOCX: "docx",
    _XLSX: "xlsx",
    _PPTX: "pptx",
}

_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/3gpp": "video/3gpp",
    "audio/amr-nb": "audio/amr",
    "audio/aacp": "audio/aac",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "application/csv": "text/csv",
    "text/x-vcard": "text/vcard",
    "text/directory": "text/vcard",
}

_ALSO = {
    "audio/mp4": frozenset({"video/mp4"}),  # most writers mark a recording with the brands of a film
    "text/csv": frozenset({"text/plain"}),
    "text/plain": frozenset({"text/vcard", "text/calendar"}),
    _WORD: frozenset({_OLE}),
    _SHEET: frozenset({_OLE}),
    _SLIDES: frozenset({_OLE}),
}
"""What may be found inside besides the type itself."""

_DANGEROUS = re.compile(
    r"\.(apk|app|bat|bin|chm|cmd|com|cpl|dll|dmg|docm|exe|hta|html?|iso|jar|jse?|lnk|msi|pif|pptm|ps1|reg|scr|sh|svgz?|"
    r"url|vb[es]?|wsf|xhtml|xlsm|xml)$",
    re.IGNORECASE,
)


def canonical(declared: str) -> str:
    """A content type without parameters, in lower case, under the name used here."""
    name = declared.partition(";")[0].strip().lower()
    return _ALIASES.get(name, name)


def extension(content_type: str) -> str:
    """How files of this type end, without the dot."""
    return _EXTENSIONS.get(canonical(content_type), "bin")


def kind_of(content_type: str) -> MediaKind:
    """How this type is shown; what is not on the list is a document."""
    return KINDS.get(canonical(content_type), MediaKind.DOCUMENT)


def dangerous_name(filename: str) -> bool:
    """Whether the name would make a computer run or render what the content does not admit to be."""
    return _DANGEROUS.search(filename.rstrip(". ")) is not None


def agree(declared: str, sniffed: str | None) -> bool:
    """Whether what was found inside is what it was said to be, and is relayed at all."""
    said = canonical(declared)
    return said in KINDS and (sniffed == said or sniffed in _ALSO.get(said, ()))


def sniff(head: bytes) -> str | None:
    """
    The content type of what begins like this; None for what is not relayed.

    The more bytes the surer: OLE and zip may need PEEK of them, a zip also its end. An OLE file whose directory lies
    further on is `application/x-ole-storage`, which agrees with each of the three it may be.
    """
    for magic, tell in _SNIFFERS:
        if head.startswith(magic):
            return tell(head)
    if head[4:8] == b"ftyp":
        return _film(head)
    return _sound(head) or _text(head)


def _riff(head: bytes) -> str | None:
    return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])


def _ogg(head: bytes) -> str | None:
    """The first packet names the codec; video codecs are not relayed."""
    packet = head[27 + head[26] :] if head[27:] else b""
    known = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
    return "audio/ogg" if packet.startswith(known) else None


def _film(head: bytes) -> str | None:
    """The major brand decides: https://mp4ra.org/registered-types/brands"""
    brand = head[8:12]
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if re.fullmatch(rb"3g[egrs][0-9]|3gp[1-9]", brand):
        return "video/3gpp"
    return "video/mp4" if re.fullmatch(rb"iso[m2-9]|mp4[12]|mp71|avc1|M4V[ HP]|MSNV|dash|mmp4", brand) else None


# The second byte of a frame: ADTS (ISO 14496-3, 1.A.2); layer III of MPEG-1, -2 and -2.5 (ISO 11172-3, 2.4.1.3)
_ADTS = frozenset(b"\xf0\xf1\xf8\xf9")
_LAYER_THREE = frozenset(b"\xfa\xfb\xf2\xf3\xe2\xe3")


def _sound(head: bytes) -> str | None:
    """Audio frames without a file header before them, where neither bit rate nor sampling rate is a reserved one."""
    if not head.startswith(b"\xff") or not head[2:3]:
        return None
    second, third = head[1], head[2]
    if second in _ADTS:
        return "audio/aac" if (third >> 2) & 15 not in (13, 14, 15) else None
    fits = second in _LAYER_THREE and third >> 4 not in (0, 15) and (third >> 2) & 3 in (0, 1, 2)
    return "audio/mpeg" if fits else None


def _ole(head: bytes) -> str | None:
    """Which Office wrote it, by the streams in its directory (MS-CFB 2.6); an installer has none of them."""
    shift = int.from_bytes(head[30:32], "little")
    start = (int.from_bytes(head[48:52], "little") + 1) << shift if shift in (9, 12) else 0
    if not start:
        return None
    if start + 128 > len(head):
        return _OLE
    names = {
        head[entry : entry + 64].decode("utf-16-le", "replace").partition("\0")[0]
        for entry in range(start, min(start + (1 << shift) * 8, len(head)), 128)
    }
    by_stream = {"WordDocument": _WORD, "Workbook": _SHEET, "Book": _SHEET, "PowerPoint Document": _SLIDES}
    found = {by_stream[name] for name in names & by_stream.keys()}
    return found.pop() if len(found) == 1 else None


_ZIP_ENTRY = re.compile(rb"PK\x03\x04.{22}(..)..|PK\x01\x02.{24}(..).{16}", re.DOTALL)
_FOREIGN = re.compile(
    r"(^META-INF/MANIFEST\.MF|\.(bat|class|cmd|dex|dll|exe|hta|jse?|lnk|ps1|scr|sh|vb[es])|vbaProject\.bin)$",
    re.IGNORECASE,
)


def _zip(head: bytes) -> str | None:
    """An Office document by its part names; any other archive, a macro or a program inside is refused."""
    names = set()
    for entry in _ZIP_ENTRY.finditer(head):
        length = int.from_bytes(entry[1] or entry[2], "little")
        names.add(head[entry.end() : entry.end() + length].decode("utf-8", "replace"))
    if "[Content_Types].xml" not in names or any(_FOREIGN.search(name) for name in names):
        return None
    parts = {"word": _DOCX, "xl": _XLSX, "ppt": _PPTX}
    found = {parts[folder] for folder in parts if any(name.startswith(f"{folder}/") for name in names)}
    return found.pop() if len(found) == 1 else None


_MARKUP = re.compile(r"<[a-z!?/]|#!|%!|\{\\rtf|@echo", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def _text(head: bytes) -> str | None:
    """UTF-8 without control characters, and nothing that a browser, a shell or a word processor would obey."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < PEEK or error.start < len(head) - 3:
            return None
        text = head[: error.start].decode("utf-8-sig")
    start = text.lstrip()
    if not start or _CONTROL.search(text) or _MARKUP.match(start):
        return None
    if start[:11].upper() == "BEGIN:VCARD":
        return "text/vcard"
    return "text/calendar" if start[:15].upper() == "BEGIN:VCALENDAR" else "text/plain"


def _when(content_type: str, least: int) -> Callable[[bytes], str | None]:
    """A type that its magic alone tells, provided that so many bytes are there."""
    return lambda head: content_type if len(head) >= least else None


_SNIFFERS: tuple[tuple[bytes, Callable[[bytes], str | None]], ...] = (
    (b"\xff\xd8\xff", _when("image/jpeg", 4)),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", _when("image/png", 33)),
    (b"GIF87a", _when("image/gif", 13)),
    (b"GIF89a", _when("image/gif", 13)),
    (b"RIFF", _riff),
    (b"OggS", _ogg),
    (b"#!AMR\n", _when("audio/amr", 7)),
    (b"#!AMR-WB\n", _when("audio/amr-wb", 10)),
    (b"ID3", _when("audio/mpeg", 10)),
    (b"ADIF", _when("audio/aac", 5)),
    (b"%PDF-", _when("application/pdf", 8)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _ole),
    (b"PK\x03\x04", _zip),
)
