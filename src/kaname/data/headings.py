"""Which industry makes what a customs heading names (floor 1).

Four-digit headings of HS 1992 by industry of the OECD's inter-country tables (ISIC Rev. 4, 50 industries). It is this
project's own reading of both texts, not an official correspondence: a heading goes whole to the industry that makes
most of what it names, so parts and mixed headings (engines, furniture of vehicles, scrap) may stand with a neighbour.
It serves where nothing is known of a product but its code: the stock that is usual of its kind.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

_HEADINGS: Final = """
0101-0106 A01      0201-0210 C10T12   0301-0302 A03      0303-0305 C10T12   0306-0307 A03      0401-0406 C10T12
0407-0601 A01      0602-0709 A01      0710-0711 C10T12   0712-0712 C10T12   0713-0810 A01      0811-0814 C10T12
0901-1008 A01      1101-1109 C10T12   1201-1207 A01      1208-1208 C10T12   1209-1214 A01      1301-1301 A02
1302-1302 C10T12   1401-1404 A02      1501-2309 C10T12   2401-2401 A01      2402-2403 C10T12   2501-2519 B08
2520-2520 C23      2521-2521 B08      2522-2523 C23      2524-2530 B08      2601-2617 B07      2618-2619 C24A
2620-2620 C24B     2701-2702 B05      2703-2703 B08      2704-2704 C19      2705-2705 D        2706-2706 C19
2707-2707 C20      2708-2708 C19      2709-2709 B06      2710-2710 C19      2711-2711 B06      2712-2713 C19
2714-2714 B08      2715-2715 C19      2716-2716 D        2801-2935 C20      2936-2939 C21      2940-2940 C20
2941-2941 C21      2942-2942 C20      3001-3006 C21      3101-3914 C20      3915-3915 E        3916-3926 C22
4001-4001 A01      4002-4002 C20      4003-4003 C22      4004-4004 E        4005-4017 C22      4101-4103 C10T12
4104-4205 C13T15   4206-4206 C31T33   4301-4301 A01      4302-4304 C13T15   4401-4401 A02      4402-4402 C20
4403-4403 A02      4404-4421 C16      4501-4501 A02      4502-4602 C16      4701-4706 C17_18   4707-4707 E
4801-4823 C17_18   4901-4903 J58T60   4904-4911 C17_18   5001-5001 A01      5002-5007 C13T15   5101-5102 A01
5103-5113 C13T15   5201-5201 A01      5202-5212 C13T15   5301-5305 A01      5306-5401 C13T15   5402-5405 C20
5406-5408 C13T15   5501-5507 C20      5508-6308 C13T15   6309-6310 E        6401-6505 C13T15   6506-6506 C31T33
6507-6507 C13T15   6601-6704 C31T33   6801-7020 C23      7101-7101 A03      7102-7103 B08      7104-7105 C31T33
7106-7111 C24B     7112-7112 E        7113-7118 C31T33   7201-7203 C24A     7204-7204 E        7205-7307 C24A
7308-7320 C25      7321-7321 C27      7322-7326 C25      7401-7403 C24B     7404-7404 E        7405-7412 C24B
7413-7419 C25      7501-7502 C24B     7503-7503 E        7504-7507 C24B     7508-7508 C25      7601-7601 C24B
7602-7602 E        7603-7609 C24B     7610-7616 C25      7801-7801 C24B     7802-7802 E        7803-7805 C24B
7806-7806 C25      7901-7901 C24B     7902-7902 E        7903-7906 C24B     7907-7907 C25      8001-8001 C24B
8002-8002 E        8003-8006 C24B     8007-8007 C25      8101-8113 C24B     8201-8404 C25      8405-8417 C28
8418-8418 C27      8419-8449 C28      8450-8450 C27      8451-8470 C28      8471-8471 C26      8472-8472 C28
8473-8473 C26      8474-8485 C28      8501-8507 C27      8508-8508 C28      8509-8510 C27      8511-8512 C29
8513-8513 C27      8514-8514 C28      8515-8516 C27      8517-8529 C26      8530-8531 C27      8532-8534 C26
8535-8539 C27      8540-8542 C26      8543-8548 C27      8601-8608 C302T309 8609-8609 C29      8701-8701 C28
8702-8708 C29      8709-8709 C28      8710-8715 C302T309 8716-8716 C29      8801-8803 C302T309 8804-8804 C13T15
8805-8805 C302T309 8901-8907 C301     8908-8908 E        9001-9002 C26      9003-9004 C31T33   9005-9017 C26
9018-9021 C31T33   9022-9022 C26      9023-9023 C31T33   9024-9114 C26      9201-9209 C31T33   9301-9307 C25
9401-9404 C31T33   9405-9405 C27      9406-9406 C25      9501-9618 C31T33   9701-9706 R
"""
_CELLS: Final = _HEADINGS.split()
SPANS: Final = tuple(
    (int(span[:4]), int(span[5:]), industry) for span, industry in zip(_CELLS[::2], _CELLS[1::2], strict=True)
)
"""First and last heading, and the industry; ascending, without overlap."""
_STARTS: Final = tuple(first for first, _, _ in SPANS)


def maker(code: str) -> str | None:
    """The industry that makes what a six-digit code of HS 1992 names; None for headings that no industry makes.

    >>> maker("850511"), maker("854211"), maker("999999")
    ('C27', 'C26', None)
    """
    if not code[:4].isdecimal():
        return None
    heading = int(code[:4])
    place = bisect_right(_STARTS, heading) - 1
    if place < 0 or heading > SPANS[place][1]:
        return None
    return SPANS[place][2]
