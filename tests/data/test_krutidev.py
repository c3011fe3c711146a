"""Kruti Dev: recognised by its letters, converted glyph by glyph."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from khaka.data.krutidev import looks_like_krutidev, to_unicode


@pytest.mark.parametrize(
    ("font", "unicode"),
    [
        ("Hkkjr fuokZpu vk;ksx", "भारत निर्वाचन आयोग"),
        ("fo|ky;", "विद्यालय"),
        ("/keZ'kkyk", "धर्मशाला"),
        ('d`f"k cht Hk.Mkj', "कृषि बीज भण्डार"),
        ("iwoZ ek0fo0", "पूर्व मा0वि0"),
        ("fØf'p;u dkyst", "क्रिश्चियन कालेज"),
        (":Lreiqj", "रूस्तमपुर"),
        ("[ksM+k", "खेड़ा"),
        ("tw0gk0 Ldwy egeqniqj d{k&2", "जू0हा0 स्कूल महमुदपुर कक्ष-2"),
    ],
)
def test_a_text_is_converted(font: str, unicode: str) -> None:
    assert to_unicode(font) == unicode


def test_the_short_i_stands_after_its_whole_cluster_and_the_reph_before_it() -> None:
    assert to_unicode("fLFkr") == "स्थित"
    assert to_unicode("ekxZ") == "मार्ग"
    assert to_unicode("/keZ") == "धर्म"
    assert to_unicode("vkfFkZd") == "आर्थिक"


@pytest.mark.parametrize(
    "text",
    [
        "PRATHMIK VIDYALAYA ROOM NO. 1", "Primary School Nagla Ramsunder West", "Dr.Bheem Ambe.J.H.School Room No.9",
        "प्राथमिक विद्यालय", "ा0पा0 बेलघाट खद ु पि-चमी", "", "106- JALESAR", "Islamiya Madrsa Asraful uloom Room.no.2",
    ],
)  # fmt: skip
def test_other_texts_are_left_alone(text: str) -> None:
    assert not looks_like_krutidev(text)


@pytest.mark.real
def test_real_sheets_in_the_font_are_recognised_and_no_others(real_data: Path) -> None:
    booths = pd.read_csv(real_data / "booth" / "up_vs2017_booths.csv.gz", usecols=["ac_no", "station_name"]).dropna()
    share = booths["station_name"].map(looks_like_krutidev).groupby(booths["ac_no"]).mean()
    assert (share.between(0.1, 0.6)).sum() <= 6  # a sheet is in the font or it is not; few are mixed
    assert (share > 0.8).sum() > 60
    assert share.loc[[53, 94, 328, 320]].max() == 0
    assert share.loc[[17, 20, 180]].min() > 0.9
    latin = pd.read_csv(real_data / "booth" / "up_ls2014_booths.csv.gz", usecols=["station_name"])["station_name"]
    assert not latin.dropna().map(looks_like_krutidev).any()
