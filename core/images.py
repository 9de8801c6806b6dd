"""Pictures, read and written anew: what comes out holds what is to be seen and nothing else.

No place or camera, no thumbnail, no bytes behind the end; turned as the camera was held, at most
LONGEST on a side. A moving picture becomes its first frame.
"""

from __future__ import annotations

import io
import warnings
from typing import NamedTuple

from PIL import Image, ImageFile, ImageOps

from .files import FileFault
from .i18n import _

MOST_PIXELS = 40_000_000  # of a camera's picture some 12 to 50 million; each takes 4 bytes here
LONGEST = 2_400  # pixels of a side
QUALITY = 85
FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "gif": "GIF"}


class Picture(NamedTuple):
    """`kind` is png, jpg or webp; sides in pixels."""

    kind: str
    data: bytes
    width: int
    height: int


def redrawn(kind: str, data: bytes) -> Picture:
    """The picture made anew. Raises FileFault for what is none, or too large to open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # what makes PDF files sets it, for all
            with Image.open(io.BytesIO(data), formats=[FORMATS[kind]]) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise _too_large()
                opened.load()
                return _written(kind, ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise _too_large() from fault
    except FileFault:
        raise
    except Exception as fault:  # whatever a decoder stumbles over, the picture is not whole
        raise FileFault(_("这张图片打不开，可能已经损坏。请重新保存或者截图后再试。")) from fault


def as_png(data: bytes) -> bytes:
    """A picture of ours for programs that know no newer kind."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=list(FORMATS.values())) as opened:
        opened.save(out, "PNG")
    return out.getvalue()


def _written(kind: str, image: Image.Image) -> Picture:
    kind = "png" if kind == "gif" else kind
    has_alpha = "transparency" in image.info or image.mode in ("LA", "PA", "RGBA", "La", "RGBa")
    mode = "RGBA" if has_alpha and kind != "jpg" else "L" if image.mode in ("1", "L") else "RGB"
    drawn = image.convert(mode)
    drawn.thumbnail((LONGEST, LONGEST))
    drawn.info.clear()
    out = io.BytesIO()
    options = {} if kind == "png" else {"quality": QUALITY}
    drawn.save(out, FORMATS[kind], **options)
    return Picture(kind, out.getvalue(), drawn.width, drawn.height)


def _too_large() -> FileFault:
    most = MOST_PIXELS // 10_000
    return FileFault(_("这张图片太大：最多 %(most)d 万像素。请缩小后再试。", most=most))
