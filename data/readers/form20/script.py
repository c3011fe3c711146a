"""Words and numbers of official sheets, in Devanagari, Latin and Kruti Dev."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection
from typing import Final, Literal

from khaka.data.krutidev import looks_like_krutidev, to_unicode

Role = Literal[
    "ac_no", "serial", "booth_no", "station_name", "electors", "electors_male", "electors_female", "electors_other",
    "polled", "polled_male", "polled_female", "polled_other", "epic", "tendered", "test", "valid", "rejected", "nota",
    "total", "candidate", "candidate_name", "party", "votes", "label_serial", "remark",
]  # fmt: skip
"""What a column of a sheet holds."""

_DIGITS: Final = str.maketrans({chr(0x966 + digit): str(digit) for digit in range(10)})
_GROUPED: Final = re.compile(r"\d{1,3}(,\d{2})*,\d{3}(\.0+)?|\d{1,3}(,\d{3})+(\.0+)?")
_PLAIN: Final = re.compile(r"\d+(\.0+)?")
_DECIMAL_COMMA: Final = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}")
_NIL: Final = frozenset({"-", "--", "---", "–", "—", "nil", "NIL", "Nil", "शून्य"})
_DITTO: Final = frozenset({'"', "''", "”", "“", "〃", "do", "-do-", ",,"})
_LATIN_PART: Final = re.compile(r"(\([A-Z][A-Z&.\-/]{1,9}\)|\bNOTA\b)")
_INNER_SPACE: Final = re.compile(r"(?<=\d)[ \u00a0](?=\d{3}(?!\d))")

#: Columns by the words of their headings, first match wins; a heading is looked at in Latin and in Devanagari.
_PATTERNS: Final[tuple[tuple[Role, str], ...]] = (

        ("nota", r"\bnota\b|none of th|नोटा|न\s?ोटा|इनमे\S* से कोई|उपर\S*क्त में से|इन में से कोई|उपर्युक्त"),
        ("tendered", r"ten\W{0,2}der\W{0,2}ed|टेण्डर|टेंडर|निविद|प्रदत्त"),
        ("rejected", r"reject|invalid|प्रतिक्षेपित|अस्वीकृत|नाकार|निरस्त|अवैध|अविधिमान्य|रद्द|खारिज"),
        ("test", r"\btest vot|\bmock\b|परीक्षण|टेस्ट"),
        ("epic", r"\bepic\b|identif|indentif|पहचान पत्र|फोटो पहचान"),
        ("remark", r"^remarks?$|अभ्युक्ति|टिप्पणी"),
        ("candidate", r"पक्ष में|in favou?r of"),
        ("valid", r"valid vot|\bvalid\b|विधिमान्य|वैध मत|मान्य मत|\bवैध\b"),
        ("polled_male", r"(?:turn\s?out|polled|voters? (?:who )?voted|मतदान करने|मतदान).*\b(?:male|men|m|पुरुष|पुरूष)\b"),
        ("polled_female", r"(?:turn\s?out|polled|voted|मतदान करने).*(?:\b(?:female|women|f)\b|महिला|स्त्री)"),
        ("polled_other", r"(?:turn\s?out|polled|voted|मतदान करने).*(?:\b(?:others?|o|third|trans\S*)\b|अन्य|o t h e r)"),
        ("polled", r"turn\s?out|votes? polled|voters? polled|total polled|polled votes|\bpolled\b|मतदान करने"),
        ("electors_male", r"^(?:male|men) voters?$|^voters? (?:male|men)$|"
                          r"(?:elector|total no\S* of voter|\broll\b|निर्वाचक\S*|मतदाता).*(?:\b(?:male|men)\b|पुरुष|पुरूष)"),
        ("electors_female", r"^(?:female|women) voters?$|^voters? (?:female|women)$|"
                            r"(?:elector|total no\S* of voter|निर्वाचक\S*|मतदाता).*(?:\b(?:female|women)\b|महिला|स्त्री)"),
        ("electors_other", r"(?:elector|total no\S* of voter|निर्वाचक\S*|मतदाता).*(?:\b(?:others?|third|trans\S*)\b|"
                           r"अन्य)"),
        ("electors", r"electors?\b|total\s+(?:no\S*\s+)?(?:of\s+)?voters|निर्वाचकों की|कुल मतदाता|मतदाताओं की|"
                     r"निर्वाचक संख्या"),
        ("total", r"^(?:grand\s+)?total\b|total\s*(?:of\s+)?(?:votes|polled|secured)|votes secured total|"
                  r"कुल योग|^योग|कुल मत|^एकूण|"
                  r"^कुल$|सकल"),
        ("ac_no", r"^a\.?\s?c\.?\s*no\S*|^a\.?c\.?$|assembly (?:constituency )?(?:no|number)|"
                  r"वि\S*\s?स\S*\s?(?:क्षेत्र)? ?(?:सं|संख्या)|"
                  r"^विधान सभा (?:क्षेत्र )?(?:की )?(?:सं|क्र)"),
        ("station_name", r"(?:polling station|pollig station|part|booth|p\.?\s?s\.?|station|centre)\W*(?:/\s*)?name|"
                         r"name (?:of|&).*(?:polling|station|booth|part|centre)|polling station / polling station name|"
                         r"^(?:locality|building|village)|स्थल का नाम|केन?्द्र का नाम|स्थान का नाम|केंद्र का नाम|बूथ का नाम"),
        ("booth_no", r"(?:polling station|pollig station|part|booth|p\.?\s?s\.?|station)\S*\W*(?:serial\W*)?(?:/\s*)?"
                     r"(?:no|num|sr|sl|\bs\b|#)|serial n\S* of (?:the )?polling|(?:no|"
                     r"number)\S*\W+(?:of|&).*(?:polling|booth|station|part)|"
                     r"(?:स्थल|स्थान|केन?्द्र|केंद्र|बूथ|भाग)\S* (?:की |का )?(?:क्रम|संख्या|सं|नं|क्रमांक)|^बूथ|^भाग सं|"
                     r"^(?:booth|part|ps|p\.s\.)\b|^polling station$|^मतदेय स्थल$|^मतदान केन?्द्र$"),
        ("serial", r"^(?:s|sr|sl|serial)[\s.]*(?:no|num\w*|n)?\.?$|^अ\W{0,2}\s?क्र|^(?:sr|sl|s)\.? ?no|serial n|"
                   r"^क्र\S*\s?(?:सं\S*)?$|^क्रमांक|^क्रम संख्या|^no\.?$|^#$"),
)  # fmt: skip
_ROLES: Final = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _PATTERNS)

_CANDIDATE_NAME: Final = re.compile(
    r"^(?:name\S* of (?:the )?(?:contesting )?candidates?|candidates?(?:'s)?(?: name)?|(?:प्रत्याशी|"
    r"अभ्यर्थी|उम्मीदवार)\S*(?: का नाम)?)$",
    re.IGNORECASE,
)
_PARTY: Final = re.compile(r"^(?:name of )?(?:the )?(?:political )?party(?:[\s/]*(?:affiliation|name|symbol))?$|^दल\S*|"
                           r"^पार्टी|affil",
                           re.IGNORECASE)  # fmt: skip
_VOTES: Final = re.compile(
    r"^(?:no\S* of )?(?:valid )?votes?(?: secured| polled| obtained| cast| in favour)?$|"
    r"^(?:प्राप्त )?मत(?:ों की संख्या)?$|^votes se\S*|^(?!.*total).*votes secured$",
    re.IGNORECASE,
)
_TOTAL_ROW: Final = re.compile(
    r"\btotal\b|\bsum\b|\be\.?v\.?m\b|carried|brought|\bc/?f\b|\bb/?f\b|योग|\bकुल\b|अग्रसारित|अग्रेनीत|पिछला|एकूण|"
    r"recorded at|polled at polling|अभिलिखित|महायोग",
    re.IGNORECASE,
)
_PAGE_TOTAL_ROW: Final = re.compile(
    r"page|carried|brought|\bc/?f\b|\bb/?f\b|\bsub\b|\bround\b|पृष्ठ|अग्रसारित|अग्रेनीत|पिछला|पेज|फेरी|चक्र", re.IGNORECASE
)
_GRAND_ROW: Final = re.compile(r"grand|महायोग|सकल|total votes? poll|total votes? cast|डाले गये कुल|डाले गए कुल|कुल डाले",
                               re.IGNORECASE)  # fmt: skip
_POSTAL_ROW: Final = re.compile(r"postal|\bp\.?b\.?\b|ballot paper|डाक|टपाल|सर्विस वोटर|\betpb", re.IGNORECASE)
_INDEPENDENT: Final = re.compile(r"^(?:ind(?:t|p|ep\S*)?\.?|independents?|निर्दलीय|निर्द0?|स्वतंत्र|अपक्ष)$", re.IGNORECASE)


@functools.lru_cache(maxsize=200_000)
def clean(text: str) -> str:
    """Return a cell's text with one kind of blank and composed letters.

    Examples
    --------
    >>> clean("  Polling\\n Station ")
    'Polling Station'
    """
    return " ".join(unicodedata.normalize("NFC", text).replace("\ufeff", "").split())


@functools.lru_cache(maxsize=200_000)
def readable(text: str) -> str:
    """Return a text in Unicode: Kruti Dev is converted, anything else stays.

    Examples
    --------
    >>> readable("dqy ;ksx"), readable("Grand Total")
    ('कुल योग', 'Grand Total')
    """
    plain = clean(text)
    return from_krutidev(plain) if looks_like_krutidev(plain) else plain


def from_krutidev(text: str) -> str:
    """Return Kruti Dev text in Unicode, Latin capitals in brackets left as they are.

    Examples
    --------
    >>> from_krutidev("vej flag (BJP)")
    'अमर सिंह (BJP)'
    """
    return "".join(part if _LATIN_PART.fullmatch(part) else to_unicode(part) for part in _LATIN_PART.split(text))


def is_krutidev_sheet(texts: Collection[str]) -> bool:
    """Tell whether the words of a sheet are Kruti Dev: short ones don't tell alone, all of them together do.

    Parameters
    ----------
    texts : collection of str
        All different cells.

    Returns
    -------
    bool
        True where at least two fifths of the cells that could be Kruti Dev look like it, and at least three.
    """
    could = [text for text in texts if could_be_krutidev(text)]
    told = sum(looks_like_krutidev(text) for text in could)
    return told >= 3 and 5 * told >= 2 * len(could)


def could_be_krutidev(text: str) -> bool:
    """Tell whether a cell could be Kruti Dev: no Devanagari, and small letters or signs of that font."""
    return re.search(r"[a-zØ¼½]", text) is not None and re.search(r"[\u0900-\u097f]", text) is None


@functools.lru_cache(maxsize=200_000)
def count_of(text: str) -> int | None:
    """Return the number in a cell of votes, None where it holds none or something else.

    Thousands separators of both kinds, Devanagari digits and a dash or nil for zero are understood.

    Examples
    --------
    >>> [count_of(text) for text in ("1,270", "1,02,345", "१२७", "-", "12.0", "-5", "'12", "12A", "")]
    [1270, 102345, 127, 0, 12, -5, 12, None, None]
    >>> count_of("1049,00") is None
    True
    """
    plain = clean(text).translate(_DIGITS)
    if plain in _NIL:
        return 0
    plain = plain.removeprefix("'")  # what spreadsheets put before a number that is to stay text
    negative = plain.startswith("-")
    body = _INNER_SPACE.sub("", plain[1:] if negative else plain)
    if _PLAIN.fullmatch(body) or _GROUPED.fullmatch(body):
        whole = body.split(".")[0].replace(",", "")
        if len(whole) <= 9:
            return -int(whole) if negative else int(whole)
    return None


def decimal_comma(text: str) -> int | None:
    """Return the number before a decimal comma, None where there is no such comma.

    Examples
    --------
    >>> decimal_comma("1049,00"), decimal_comma("1,049"), decimal_comma("1.049,0")
    (1049, None, 1049)
    """
    match = _DECIMAL_COMMA.fullmatch(clean(text).translate(_DIGITS))
    return int(match[1].replace(".", "")) if match else None


def is_ditto(text: str) -> bool:
    """Tell whether a cell only says "as above"."""
    return clean(text) in _DITTO


def latin_digits(text: str) -> str:
    """Return a text with Devanagari digits as ASCII digits."""
    return text.translate(_DIGITS)


@functools.lru_cache(maxsize=50_000)
def role_of(heading: str) -> Role | None:
    """Return what a heading says of its column, None where it names no known role (a candidate, perhaps).

    Examples
    --------
    >>> role_of("Polling Station / Part No"), role_of("Total No of Electors / Female"), role_of("Voters Turnout")
    ('booth_no', 'electors_female', 'polled')
    >>> role_of("dqy fof/kekU; er"), role_of("इनमें से कोई नहीं"), role_of("1 - IMRAN MASOOD") is None
    ('valid', 'nota', True)
    """
    text = latin_digits(readable(heading)).strip(" :.-/")
    if not text:
        return None
    for role, pattern in _ROLES:
        if pattern.search(text):
            return role
    return None


def part_role(heading: str) -> Role | None:
    """Return what the lowest line of a heading says inside a candidate's group: its party, number or votes.

    Examples
    --------
    >>> part_role("Party Affiliation"), part_role("S. No."), part_role("Votes Secured"), part_role("Name of candidate")
    ('party', 'label_serial', 'votes', 'candidate_name')
    """
    text = readable(heading).strip(" :.")
    if _CANDIDATE_NAME.search(text):
        return "candidate_name"
    if _PARTY.search(text):
        return "party"
    if _VOTES.search(text):
        return "votes"
    return "label_serial" if role_of(text) == "serial" else None


def row_kind(text: str) -> Literal["total", "page_total", "grand_total", "postal"] | None:
    """Return what the words of a row say it is, None for an ordinary row.

    Examples
    --------
    >>> [row_kind(text) for text in ("Total", "Page Total", "Votes recorded on postal ballot papers", "P.S. RAHNA")]
    ['total', 'page_total', 'postal', None]
    >>> row_kind("डाले गये कुल मत"), row_kind("Grand Total")
    ('grand_total', 'grand_total')
    """
    text = readable(text)
    if _POSTAL_ROW.search(text):
        return "postal"
    if _GRAND_ROW.search(text):
        return "grand_total"
    if _TOTAL_ROW.search(text):
        return "page_total" if _PAGE_TOTAL_ROW.search(text) else "total"
    return "page_total" if re.search(r"\b(?:c/f|b/f)\b", text, re.IGNORECASE) else None


def is_independent(text: str) -> bool:
    """Tell whether a printed party is "independent".

    Examples
    --------
    >>> is_independent("INDT"), is_independent("निर्दलीय"), is_independent("BJP")
    (True, True, False)
    """
    return _INDEPENDENT.match(readable(text).strip(" .()")) is not None
