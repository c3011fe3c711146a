"""Every text of the page has its Hindi, with the same blanks, and without the words that the glossary warns of."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

_SPEC = importlib.util.spec_from_file_location("review_messages", Path(__file__).with_name("messages.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
texts = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(texts)

BLANK = re.compile(r"%\(\w+\)[sd]")
GAP = re.compile(r"{(\w+)[^}]*}")
WARNED = ("सुरक्षित सीट", "टिकटार्थी", "दलबदलू", "जातीय", "संदिग्ध", "हाज़िरी", "विश्वास अंतराल", "विपक्ष")
"""Words that the glossary keeps off the page."""

LATIN = {
    "CSV", "XLSX", "aspirants", "Tab", "Enter", "h", "JSON", "A", "B", "SQLite", "PostgreSQL", "khaka", "score", "toml",
}  # fmt: skip
"""Latin words that may stand in Hindi texts: file formats, keys, commands, names of tables."""


def test_no_text_of_templates_and_pages_lacks_its_hindi() -> None:
    missing = texts.missing()
    assert not missing, f"run `make messages` and translate {len(missing)} texts: {missing[:10]}"


def test_the_catalogue_holds_nothing_that_the_page_no_longer_says() -> None:
    assert {texts.key(message) for message in texts.messages("khaka.po")} <= texts.extracted()


def test_no_text_stands_in_two_catalogues() -> None:
    found = [texts.key(message) for message in texts.messages()]
    assert sorted(map(str, found)) == sorted({str(one) for one in found})


@pytest.mark.parametrize("message", list(texts.messages()), ids=lambda message: str(message.id)[:40])
def test_a_translation_has_the_blanks_of_its_text_and_is_hindi(message: Message) -> None:
    english = (message.id,) if isinstance(message.id, str) else message.id
    blanks = {blank for text in english for blank in BLANK.findall(text)}
    gaps = {gap for text in english for gap in GAP.findall(text)}
    for text in texts.hindi(message):
        assert set(BLANK.findall(text)) == blanks
        assert set(GAP.findall(text)) == gaps
        plain = GAP.sub("", BLANK.sub("", text))
        assert re.search("[\u0904-\u0939]", plain) or not re.search("[A-Za-z]", plain)
        assert not any(word in text for word in WARNED)
        # a lone percent sign would break the formatting of a text with blanks
        assert not blanks or "%" not in plain.replace("%%", "")


@pytest.mark.parametrize("message", list(texts.messages("khaka.po")), ids=lambda message: str(message.id)[:40])
def test_only_names_of_formats_and_keys_stay_in_latin_letters(message: Message) -> None:
    for text in texts.hindi(message):
        assert set(re.findall("[A-Za-z]+", BLANK.sub("", text))) <= LATIN


def test_reference_words_of_the_glossary_are_used() -> None:
    said = {message.id: message.string for message in texts.messages() if isinstance(message.id, str)}
    assert said["Chance to win"] == "जीत की संभावना"
    assert said["Slate"] == "प्रस्तावित प्रत्याशी सूची"
    assert said["Aspirants"] == "दावेदार"
    assert said["unreserved"] == "अनारक्षित"
    assert said["held back"] == "विचाराधीन"
