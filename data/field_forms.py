"""The forms of the field as XLSForm workbooks, English and Hindi, for ODK Central and KoboToolbox.

Two matter: what a field worker records of an aspirant's work, and an observer's ratings of a seat's aspirants. Their
questions stand in `field_forms.toml`; `khaka.data.readers.field` reads exports back by the same names.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from khaka.data.durable import durable_path

FORMS: Final = ("activity", "ratings")
"""Names of the forms: those of the tables that they fill."""

SCALE: Final = (1, 7)
"""Least and greatest rating of the observer's form."""

VERSION: Final = "20261101"

_LANGUAGES: Final = (("English (en)", "en"), ("हिन्दी (hi)", "hi"))
_PLAIN: Final = ("type", "name", "required", "relevant", "constraint", "appearance", "parameters")
_TOLD: Final = (("label", ""), ("hint", "hint_"), ("constraint_message", "constraint_message_"))


@cache
def definition(form: str) -> dict[str, Any]:
    """Return a form's definition: id, titles, questions, choices.

    Parameters
    ----------
    form : str
        One of `FORMS`.

    Returns
    -------
    dict
        As in `field_forms.toml`.

    Examples
    --------
    >>> definition("activity")["choices"]["work"]["meeting"]
    ['Meeting', 'बैठक']
    """
    text = resources.files("khaka.data").joinpath("field_forms.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)[form]
    return found


def sheets(form: str) -> dict[str, list[list[str]]]:
    """Return the sheets of a form's workbook, each as rows of text with a header.

    Parameters
    ----------
    form : str
        One of `FORMS`.

    Returns
    -------
    dict of str to list
        survey, choices, settings.
    """
    content = definition(form)
    header = [*_PLAIN, *(f"{name}::{language}" for name, _ in _TOLD for language, _ in _LANGUAGES)]
    survey = [header]
    for question in content["questions"]:
        row = ["yes" if question.get(name) is True else str(question.get(name, "")) for name in _PLAIN]
        row += [str(question.get(prefix + short, "")) for _, prefix in _TOLD for _, short in _LANGUAGES]
        survey.append(row)
    choices = [["list_name", "name", *(f"label::{language}" for language, _ in _LANGUAGES)]]
    choices += [
        [name, code, *labels] for name, entries in content["choices"].items() for code, labels in entries.items()
    ]
    title = f"{content['title_en']} / {content['title_hi']}"
    settings = [["form_title", "form_id", "version", "default_language"],
                [title, content["id"], VERSION, _LANGUAGES[0][0]]]  # fmt: skip
    return {"survey": survey, "choices": choices, "settings": settings}


def write_forms(folder: Path) -> list[Path]:
    """Write the forms as XLSForm workbooks.

    Parameters
    ----------
    folder : Path
        Made if missing.

    Returns
    -------
    list of Path
        One workbook a form, ready for ODK Central or KoboToolbox.
    """
    import xlsxwriter

    written = []
    for form in FORMS:
        path = folder / f"{definition(form)['id']}.xlsx"
        with durable_path(path) as temporary:
            book = xlsxwriter.Workbook(
                str(temporary), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
            )
            bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
            plain = book.add_format({"text_wrap": True, "valign": "top"})
            for name, rows in sheets(form).items():
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, 1, 18)
                sheet.set_column(2, len(rows[0]) - 1, 26)
                for number, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        sheet.write_string(number, column, cell, bold if number == 0 else plain)
            book.close()
        written.append(path)
    return written
