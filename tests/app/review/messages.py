"""The texts of the page and their Hindi: what is said, what is translated. `make messages` adds what is new.

A text stands in one .po file: faults and the record's words in `record.po`, all else in `khaka.po`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

REVIEW = Path(__file__).parents[3] / "app" / "review"
FOLDER = REVIEW / "locale" / "hi" / "LC_MESSAGES"
MAPPING = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "silent": "false"}}
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "N_": None,
    "Told": None, "Stale": None, "NotThere": None, "Forbidden": None,
}  # fmt: skip
HEAD = """\
# Hindi texts of the committee's page. After a change of a text: make messages.
msgid ""
msgstr ""
"Language: hi\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

Text = str | tuple[str, ...]


def extracted() -> set[Text]:
    """Return every text of templates and code."""
    found = extract_from_dir(REVIEW, method_map=MAPPING, options_map=OPTIONS, keywords=KEYWORDS)
    return {text for _, _, text, _, _ in found}


def key(message: Message) -> Text:
    """Return the English of a message."""
    return message.id if isinstance(message.id, str) else tuple(message.id)


def messages(*files: str) -> Iterator[Message]:
    """Yield the messages of the named .po files, of all by default."""
    for path in sorted(FOLDER.glob("*.po")):
        if not files or path.name in files:
            with path.open("rb") as handle:
                yield from (message for message in read_po(handle, locale="hi") if message.id)


def hindi(message: Message) -> tuple[str, ...]:
    """Return the Hindi of a message, one text or one for each number."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def missing() -> list[Text]:
    """Return the texts without Hindi."""
    known = {key(message) for message in messages() if all(hindi(message))}
    return sorted(extracted() - known, key=str)


def main() -> int:
    """Write `khaka.po` anew: what the page says, translated as before, blank where it is new."""
    said = extracted()
    kept = {key(message): message.string for message in messages("khaka.po")}
    elsewhere = {
        key(message) for path in FOLDER.glob("*.po") if path.name != "khaka.po" for message in messages(path.name)
    }
    catalogue = Catalog(locale="hi")
    for text in sorted(said - elsewhere, key=str):
        catalogue.add(text, kept.get(text, "" if isinstance(text, str) else ("", "")))
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, width=0, omit_header=True)
    (FOLDER / "khaka.po").write_text(HEAD + out.getvalue().decode(), encoding="utf-8")
    left = missing()
    sys.stdout.write("".join(f"no Hindi yet: {text}\n" for text in left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
