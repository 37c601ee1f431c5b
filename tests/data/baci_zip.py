"""CEPII's zip as it is laid out, with a few rows."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

COUNTRIES = """\
country_code,country_name,country_iso2,country_iso3
56,Belgium,BE,BEL
58,Belgium-Luxembourg (...1998),BE,BEL
156,China,CN,CHN
392,Japan,JP,JPN
490,"Other Asia, nes",,S19
"""
PRODUCTS = "code,description\n010121,Horses\n250410,Graphite\n282520,Lithium oxide and hydroxide\n"
ROWS = """\
t,i,j,k,v,q
{year},156,392,250410,     1234.567,      800.100
{year},490,392,010121,        12.000,           NA
{year},56,392,250410,         3.000,        1.000
{year},392,156,282520,        10.500,        2.000
"""


def write_zip(
    path: Path, years: Mapping[int, str], products: str = PRODUCTS, countries: str = COUNTRIES
) -> Path:
    """``path`` with the text of each year (``{year}`` filled in) and the two lists."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for year, text in years.items():
            archive.writestr(f"BACI_HS92_Y{year}_V202501.csv", text.replace("{year}", str(year)))
        archive.writestr("country_codes_V202501.csv", countries)
        if products:
            archive.writestr("product_codes_HS92_V202501.csv", products)
    return path
