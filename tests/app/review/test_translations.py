"""Every text of the page has its Hindi, with the same blanks, and without the words that the glossary warns of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

REVIEW = Path(__file__).parents[3] / "app" / "review"
CATALOGUE = REVIEW / "locale" / "hi" / "LC_MESSAGES" / "khaka.po"
MAPPING = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
BLANK = re.compile(r"%\(\w+\)[sd]")

LATIN_ALLOWED = {"CSV", "XLSX", "aspirants", "Tab", "Enter", "h"}
"""Latin words that stand in Hindi texts: file formats, keys, the name of a table."""

WARNED = ("सुरक्षित सीट", "टिकटार्थी", "दलबदलू", "जातीय", "संदिग्ध", "हाज़िरी", "विश्वास अंतराल", "पलट", "विपक्ष")
"""Words that the glossary keeps off the page."""


def messages() -> Iterator[Message]:
    with CATALOGUE.open("rb") as handle:
        yield from (message for message in read_po(handle, locale="hi") if message.id)


def extracted() -> set[str | tuple[str, ...]]:
    options = {"templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "silent": "false"}}
    found = extract_from_dir(REVIEW, method_map=MAPPING, options_map=options, keywords=KEYWORDS)
    return {text for _, _, text, _, _ in found}


def texts(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def test_no_text_of_templates_and_pages_lacks_its_hindi() -> None:
    translated = {tuple(m.id) if not isinstance(m.id, str) else m.id for m in messages() if all(texts(m.string))}
    missing = sorted(str(text) for text in extracted() - translated)
    assert not missing, f"run `make messages` and translate {len(missing)} texts: {missing[:10]}"


def test_the_catalogue_holds_nothing_that_the_page_no_longer_says() -> None:
    assert {tuple(m.id) if not isinstance(m.id, str) else m.id for m in messages()} <= extracted()


@pytest.mark.parametrize("message", list(messages()), ids=lambda message: str(message.id)[:40])
def test_a_translation_has_the_blanks_of_its_text_and_is_hindi(message: Message) -> None:
    blanks = {blank for text in texts(message.id) for blank in BLANK.findall(text)}
    for text in texts(message.string):
        assert set(BLANK.findall(text)) == blanks
        plain = BLANK.sub("", text)
        assert set(re.findall("[A-Za-z]+", plain)) <= LATIN_ALLOWED
        assert not any(word in text for word in WARNED)
        # a lone percent sign would break the formatting of a text with blanks
        assert not blanks or "%" not in plain.replace("%%", "")


def test_reference_words_of_the_glossary_are_used() -> None:
    said = {message.id: message.string for message in messages() if isinstance(message.id, str)}
    assert said["Chance to win"] == "जीत की संभावना"
    assert said["Slate"] == "प्रस्तावित प्रत्याशी सूची"
    assert said["Aspirants"] == "दावेदार"
    assert said["unreserved"] == "अनारक्षित"
    assert said["held back"] == "विचाराधीन"
