"""Valid files made invalid at random: bits, slices and tokens changed."""

from __future__ import annotations

import random

_TOKENS = (
    b"null", b"true", b"{}", b"[]", b'""', b"0", b"-1", b"1e999", b"-0.0", b"1e400", b"NaN", b"9" * 400, b"012",
    b'"\\ud800"', b'"\\u0000"', b"\\u202e", b"\xe2\x80\xae", b"\x00", b"\x1b[31m", b"\xff", b"\xef\xbb\xbf", b"\xc3",
    b"[" * 200, b'{"a":' * 200, b"&a [*a]", b"!!python/object:os.system", b"? - a", b"\r", b"\n\n", b"\t",
    b"<<: *a", b"1:30",
    b"2026-02-30", b"0000-00-00", b"9999-12-31", b"2026-11-24T25:61:00Z", b"_id=7", b"' OR 1=1 --", b"../..", b"%s%n",
    b'"resourceType":"Bundle"', b'"id":"a","id":"b"', b",", b":", b'"', b"'", b"}", b"]", b" " * 5000, b"a" * 5000,
)  # fmt: skip


def mutated(data: bytes, draw: random.Random) -> bytes:
    """The same with up to a few changes."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        at, end = sorted(draw.randrange(len(changed) + 1) for _ in range(2))
        end = min(end, at + draw.choice((1, 1, 4, 40, 400)))
        match draw.randrange(7):
            case 0 if changed:
                changed[min(at, len(changed) - 1)] ^= 1 << draw.randrange(8)
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end] * draw.choice((1, 2, 30))
            case 3:
                changed[at:at] = draw.choice(_TOKENS)
            case 4:
                changed[at:end] = draw.choice(_TOKENS)
            case 5:
                changed = changed[: max(1, at)]
            case _:
                changed[at:end] = bytes(draw.randrange(256) for _ in range(end - at))
        if len(changed) > 10**6:
            break
    return bytes(changed)
