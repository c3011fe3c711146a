"""Form C-7: facts before the selection only, no forbidden word however it is written, clocks, near duplicates."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.app.cli import main
from khaka.data.errors import KhakaError
from khaka.data.workspace import init_workspace
from khaka.features.cutoff import IST
from khaka.scoring.c7.clocks import clocks, publications
from khaka.scoring.c7.draft import _words, check
from khaka.scoring.c7.duplicates import near_duplicates
from khaka.scoring.c7.facts import load_facts
from khaka.scoring.c7.firewall import refusals, weak_words
from khaka.scoring.reasons.catalogue import placeholders

REFUSED = [
    # English
    ("His winnability is high.", "winning"),
    ("She is the most winnable candidate here.", "winning"),
    ("WINNABILITY decided.", "winning"),
    ("He alone can win this seat.", "winning"),
    ("Electability was weighed.", "winning"),
    ("Her victory is certain.", "winning"),
    ("He won the seat in 2017.", "winning"),
    ("The strongest candidate of the block.", "winning"),
    ("She can defeat the sitting member.", "winning"),
    ("Her chances are good.", "chance"),
    ("The probability of success was weighed.", "chance"),
    ("likelihood", "chance"),
    ("Best odds of all.", "chance"),
    ("The expected margin was considered.", "chance"),
    ("Chosen on the basis of the survey.", "score"),
    ("An opinion poll favours her.", "score"),
    ("His score was the highest.", "score"),
    ("Rated well by observers.", "score"),
    ("Sixty per cent support her.", "score"),
    ("Ranked above all others.", "rank"),
    ("Rank 1 in the panel.", "rank"),
    ("The number one choice of the committee.", "rank"),
    ("No. 1 in the district.", "rank"),
    ("45% of the voters stand with her.", "percent"),
    ("45 % of the voters stand with her.", "percent"),
    ("Stands at ４５％ today.", "percent"),
    ("8/10 from the observer.", "out_of"),
    ("8 out of 10 from the observer.", "out_of"),
    ("12.4 points ahead of the rival.", "points"),
    # Hindi
    ("जीत की संभावना सबसे अधिक है।", "winning"),
    ("इनकी जीत पक्की है।", "winning"),
    ("सबसे जिताऊ प्रत्याशी हैं।", "winning"),
    ("जिताउ", "winning"),
    ("जीतने की क्षमता रखते हैं।", "winning"),
    ("विजय निश्चित है।", "winning"),
    ("विनेबिलिटी के आधार पर।", "winning"),
    ("विनिबिलिटी", "winning"),
    ("2017 में चुनाव जीते थे।", "winning"),
    ("मज़बूत प्रत्याशी हैं।", "winning"),
    ("संभावना अधिक है।", "chance"),
    ("सम्भावना अधिक है।", "chance"),
    ("सँभावना अधिक है।", "chance"),
    ("चांस अच्छा है।", "chance"),
    ("स्कोर अच्छा है।", "score"),
    ("सबसे ज़्यादा अंक मिले।", "score"),
    ("आकलन अंक ऊँचा है।", "score"),
    ("साठ प्रतिशत लोग साथ हैं।", "score"),
    ("60 फ़ीसदी लोग साथ हैं।", "score"),
    ("सर्वे में आगे हैं।", "score"),
    ("रैंक पहली है।", "rank"),
    ("नंबर एक दावेदार।", "rank"),
    ("नंबर 1", "rank"),
    ("४५% मत", "percent"),
    ("10 में से 8", "out_of"),
    # Hindi in Latin letters
    ("Inki jeet pakki hai.", "winning"),
    ("Inki jit pakki hai.", "winning"),
    ("jitau ummeedvar", "winning"),
    ("Jeetau hain", "winning"),
    ("jitaau", "winning"),
    ("jeetne ki kshamata", "winning"),
    ("vijay nishchit hai", "winning"),
    ("sambhavna adhik hai", "chance"),
    ("sambhaavana adhik", "chance"),
    ("shambhavna", "chance"),
    ("sabse zyada ank mile", "score"),
    ("pratishat", "score"),
    ("fisdi", "score"),
    ("number ek par", "rank"),
    ("nambar ek", "rank"),
    # hidden
    ("w i n n a b i l i t y", "winning"),
    ("w.i.n.n.a.b.i.l.i.t.y", "winning"),
    ("win-nability", "winning"),
    ("winna bility", "winning"),
    ("w1nn4b1l1ty", "winning"),
    ("w!nnable", "winning"),
    ("Wіnnаbіlіty", "winning"),  # Cyrillic і and а
    ("ｗｉｎｎａｂｌｅ", "winning"),
    ("win\u200bnable", "winning"),
    ("wínnáble", "winning"),
    ("sc0re", "score"),
    ("s c o r e", "score"),
    ("r a n k", "rank"),
    ("j e e t", "winning"),
    ("जी त पक्की", "winning"),
    ("जि-ता-ऊ", "winning"),
    ("सं भा व ना", "chance"),
    ("जी\u200dत पक्की", "winning"),
    ("jeeत", "winning"),
    ("winnaबिलिटी", "winning"),
    ("win<b></b>nable", "winning"),
    ("win&#8203;nable", "winning"),
    ("vvinnable, wlnnable", "winning"),
    ("j€€t pakki", "winning"),
    # slips of the pen and other spellings
    ("winnabiltiy", "winning"),
    ("winnablity factor", "winning"),
    ("vinebility", "winning"),
    ("vineability", "winning"),
    ("probablity of success", "chance"),
    ("percantage", "score"),
    ("zitau", "winning"),
    ("jitaou", "winning"),
    ("jitaoo ummeedvar", "winning"),
    ("jitne ki kshamta", "winning"),
    ("jeetne ki chhamta", "winning"),
    ("jeetnewala", "winning"),
    ("jeet sakte hain", "winning"),
    ("smbhavna", "chance"),
    ("pratisat", "score"),
    ("जिताऊपन", "winning"),
    ("जिता ऊ", "winning"),
    ("जीतनेवाले", "winning"),
    ("जीतेगे", "winning"),
    ("वीनेबिलिटी", "winning"),
    ("विन्नेबिलिटी", "winning"),
    ("सम्भावनायें", "chance"),
    # other words for the same
    ("Sure to be elected.", "winning"),
    ("She can retain the seat.", "winning"),
    ("He won by 5,000 votes.", "winning"),
    ("Electoral appeal in three blocks.", "winning"),
    ("Will sweep the polls.", "winning"),
    ("An edge over rivals.", "winning"),
    ("Topped the panel.", "rank"),
    ("First in the list of names.", "rank"),
    ("The software recommends him.", "score"),
    ("Eight out of ten from the observer.", "out_of"),
    ("4 out of 5 from the observer.", "out_of"),
    ("A figure of 0.85 was found.", "fraction"),
    ("मज़बूत उम्मीदवार हैं।", "winning"),
    ("चुनाव में सफलता पक्की।", "winning"),
    ("सीट निकाल सकते हैं।", "winning"),
    ("प्रतिद्वंद्वी को हरा सकते हैं।", "winning"),
    ("टक्कर दे सकते हैं।", "winning"),
    ("seat nikal sakte hain", "winning"),
    ("hara sakte hain", "winning"),
    ("mazboot ummeedvar", "winning"),
    ("दस में से आठ", "score"),
    ("पहला नंबर", "rank"),
    ("जीतने की क्षमता", "winning"),
    # scripts that nobody here checks
    ("جیت پکی", "script"),
    ("ਜਿੱਤ ਪੱਕੀ", "script"),
]

ALLOWED = [
    "She holds a degree in law and has taught for twelve years.",
    "He was elected member of the district panchayat in 2016.",
    "Won the national award for teachers in 2012.",
    "Led the relief work during the flood of 2019 in eleven villages.",
    "Section 307/34 IPC, Crime No. 12/2021, Court of the CJM, Lucknow.",
    "The case of 5/2/2019 is pending before the Special Judge, Court No. 10.",
    "The bank accounts were verified by Ankit and Frank.",
    "The chancellor of the university appointed her professor.",
    "He is a surveyor by profession and owns a tanker.",
    "Mr. A. K. Singh and B. N. Rao were considered.",
    "Founded a women's cooperative with four hundred members.",
    "Studied at Lucknow University; graduate in 1998.",
    "Withdrew his application on 9 January 2027.",
    "The bypass road was built while she chaired the block.",
    "The matter arose from a peaceful protest against the closing of a school.",
    "वे 12 वर्ष से अधिवक्ता हैं और विधि स्नातक हैं।",
    "वे 2016 में जिला पंचायत के सदस्य निर्वाचित हुए।",
    "अपराध संख्या 12/2021, धारा 307, न्यायालय सीजेएम लखनऊ, विचाराधीन।",
    "2019 की बाढ़ में ग्यारह गाँवों में राहत कार्य का नेतृत्व किया।",
    "जितने लोग आए, सबकी सुनवाई हुई।",
    "यह तथ्य 5 जनवरी 2027 को अंकित किया गया।",
    "अंकुर सिंह ने विद्यालय बनवाया।",
    "मामला धरना-प्रदर्शन से जुड़ा है।",
    "9 जनवरी 2027 को आवेदन वापस लिया।",
    "Unhone kisan andolan ka netritva kiya.",
    "jitne log aaye, sab ki sunvai hui",
    "Won a bravery award for saving two children.",
    "Award-winning teacher; winner of the Kalidas award for poetry.",
    "Won a state-level essay contest in 1998.",
    "Built wells in a score of villages and in scores of hamlets.",
    "Jeet Singh withdrew his application.",
    "Shri Vijay Kumar, late Fateh Singh of Vijaynagar, Ajit and Ranjit were considered.",
    "Retired with the rank of Subedar Major; campaigned for One Rank One Pension.",
    "Worked for the Geological Survey of India; survey number 45 was in dispute.",
    "Taught probability and statistics; gave girls a chance to study.",
    "Worked for people at the margins of society on livelihoods and portability of ration cards.",
    "Crime No. 245/10 and Crime No. 8/10, section 8/20 NDPS Act.",
    "Donated 0.5 hectare of land for a school.",
    "Acquitted in 3 out of 5 cases.",
    "Pran Pratishtha of the library; Sadbhavana Yatra of 2011.",
    "वीरता पुरस्कार विजेता हैं, लोगों का विश्वास जीता।",
    "राज्य कुश्ती प्रतियोगिता के विजेता रहे, स्वर्ण पदक जीता।",
    "जीत सिंह और श्री विजय कुमार ने आवेदन वापस लिया।",
    "कारगिल विजय दिवस पर सैनिकों का सम्मान कराया।",
    "भारतीय भूवैज्ञानिक सर्वेक्षण में सेवा, कैप्टन रैंक से सेवानिवृत्त।",
    "अपराध संख्या 7/10, धारा 3/10 के अंतर्गत।",
    "सद्भावना यात्रा; गाँव में प्रतिष्ठा; जितनी ज़रूरत थी उतना राशन दिया।",
]

FACTS = """
election = "S24-2027-AE"
[[candidate]]
seat_id = "S24-2008-1"
name = "Vijay Verma"
name_hi = "विजय वर्मा"
selected_at = 2027-01-12T14:00:00+05:30
[[candidate.case]]
number = "Crime No. 12/2021"
court = "CJM, Lucknow"
section = "147, 341 IPC"
status = "charges framed"
[[candidate.reason]]
kind = "qualification"
en = "Vijay Verma has taught law for twelve years."
hi = "विजय वर्मा ने बारह वर्ष विधि पढ़ाई है।"
source = "University"
entered_at = 2027-01-08T11:20:00+05:30
[[candidate.other]]
name = "Ram Lal"
en = "Withdrew his application."
entered_at = 2027-01-09T10:00:00+05:30
"""


def facts(folder: Path, text: str = FACTS) -> Path:
    path = folder / "c7.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "group"), REFUSED)
def test_a_forbidden_word_is_refused_and_named(text: str, group: str) -> None:
    found = refusals(text)
    assert group in {one.group for one in found}, (text, found)
    assert all(one.found for one in found)


@pytest.mark.parametrize("text", ALLOWED)
def test_a_fact_is_allowed(text: str) -> None:
    assert refusals(text) == []


def test_legacy_font_text_is_refused_and_read() -> None:
    found = refusals("Hkkjr fuokZpu vk;ksx esa thr dh laHkkouk")
    assert found[0].group == "legacy"
    assert {"winning", "chance"} <= {one.group for one in found}


def test_names_are_left_out_but_only_as_names() -> None:
    assert refusals("Vijay Verma taught in Vijaypur; श्री विजय वर्मा।", ["Vijay Verma", "Vijaypur", "विजय वर्मा"]) == []
    assert refusals("Vijay Verma is winnable.", ["Vijay Verma"])
    assert refusals("jeet pakki", ["Ranjeet"])
    assert refusals("Jeet pakki hai", ["Jeet Singh"])
    assert refusals("विजय निश्चित है", ["विजय वर्मा"])


@pytest.mark.parametrize("name", ["winnability", "number one", "jeetne ki kshamata", "Ram Lal (score 8)", "जिताऊ"])
def test_a_name_covers_no_other_word(tmp_path: Path, name: str) -> None:
    assert refusals(f"Chosen: {name}.", [name])
    for old, new in (("Ram Lal", name), ('name_hi = "विजय वर्मा"', f'name_hi = "विजय वर्मा"\nnames = ["{name}"]')):
        refused = check(load_facts(facts(tmp_path, FACTS.replace(old, new))).candidates[0]).refused
        assert any("name" in text and " holds " in text for text in refused), refused


@given(st.sampled_from(["winnability", "jitau", "score", "sambhavna", "probability"]),
       st.sampled_from(["", " ", ".", "-", " . ", "\u200b", "_"]), st.booleans())  # fmt: skip
def test_a_word_is_found_with_anything_between_its_letters(word: str, between: str, upper: bool) -> None:
    hidden = between.join(word.upper() if upper else word)
    assert refusals(f"The reason is {hidden} of the candidate."), hidden


@given(st.text(max_size=200))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    refusals(text)


def test_words_that_say_little_are_said_and_not_refused() -> None:
    assert refusals("She is popular and well known.") == []
    assert {one.group for one in weak_words("She is popular and well known.")} == {"weak"}


def test_a_good_file_passes_and_a_late_fact_is_refused(tmp_path: Path) -> None:
    candidate = load_facts(facts(tmp_path)).candidate("S24-2008-1")
    assert check(candidate).refused == ()
    late = FACTS.replace("2027-01-08T11:20:00+05:30", "2027-01-12T14:00:01+05:30")
    refused = check(load_facts(facts(tmp_path, late)).candidates[0]).refused
    assert len(refused) == 1
    assert "reason 1 was entered at 2027-01-12 14:00 IST, after the selection" in refused[0]
    other = FACTS.replace("2027-01-09T10:00:00+05:30", "2027-01-20T10:00:00+05:30")
    assert "other considered 'Ram Lal'" in check(load_facts(facts(tmp_path, other)).candidates[0]).refused[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("has taught law for twelve years", "is a jitau name", "reason 1 (en) holds a word of winning"),
        ("Withdrew his application.", "His chances are poor.", "other considered 'Ram Lal' (en) holds"),
        ('source = "University"', 'source = "Survey of 45%"', "source of reason 1"),
        ('status = "charges framed"', 'status = "score 3"', "status of case 1"),
    ],
)  # fmt: skip
def test_every_text_is_checked(tmp_path: Path, old: str, new: str, said: str) -> None:
    refused = check(load_facts(facts(tmp_path, FACTS.replace(old, new))).candidates[0]).refused
    assert any(said in text for text in refused), refused


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "qualification"', 'kind = "winnability"', "kind"),
        ('selected_at = 2027-01-12T14:00:00+05:30', 'selected_at = 2027-01-12T14:00:00', "timezone"),
        ('name = "Ram Lal"', 'name = "Ram Lal"\nscore = 3', "score"),
        ('court = "CJM, Lucknow"\n', "", "court"),
        ('election = "S24-2027-AE"', 'election = ', "no valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(KhakaError, match=said):
        load_facts(facts(tmp_path, FACTS.replace(old, new)))


def test_the_clocks_start_at_the_selection() -> None:
    found = clocks(dt.datetime(2027, 1, 12, 8, 30, tzinfo=dt.UTC))
    assert found.publish_by == dt.datetime(2027, 1, 14, 14, 0, tzinfo=IST)
    assert found.report_by - found.selected_at == dt.timedelta(hours=72)
    assert found.windows == ()


def test_a_short_calendar_leaves_a_publication_without_a_day() -> None:
    windows = publications(dt.date(2027, 1, 27), dt.date(2027, 2, 5))  # campaign ends on 3 February
    assert [(one.first, one.last) for one in windows] == [
        (dt.date(2027, 1, 28), dt.date(2027, 1, 31)), (dt.date(2027, 2, 1), dt.date(2027, 2, 3)), (None, None),
    ]  # fmt: skip


def test_form_letters_are_found_across_seats_even_with_other_names() -> None:
    text = "{name} has served the people of the constituency with devotion for {years} years and is always available."
    own = "Founded a cooperative of four hundred women and a school in Kotwali."
    texts = {
        "S24-2008-1": [text.format(name="Ram Lal", years=12)], "S24-2008-2": [text.format(name="Asha Devi", years=9)],
        "S24-2008-3": [own],
    }  # fmt: skip
    names = {"S24-2008-1": ["Ram Lal"], "S24-2008-2": ["Asha Devi"]}
    found = near_duplicates(texts, names)
    assert [(one.a, one.b, one.likeness) for one in found] == [("S24-2008-1", "S24-2008-2", 1.0)]
    assert near_duplicates({"a": [], "b": [""]}) == []
    # two words changed, and a copied reason among others of the seat's own
    changed = texts["S24-2008-1"][0].replace("devotion", "great care").replace("constituency", "area")
    assert near_duplicates({**texts, "S24-2008-2": [changed]}, names)
    among = [own, "Twelve years at the bar of the High Court.", *texts["S24-2008-2"]]
    assert near_duplicates({"S24-2008-1": texts["S24-2008-1"], "S24-2008-2": among}, names)[0].likeness == 1.0


def test_words_of_the_form_are_the_same_in_both_languages() -> None:
    english, hindi = _words("en").texts, _words("hi").texts
    assert english.keys() == hindi.keys()
    for name, text in english.items():
        assert placeholders(text) == placeholders(hindi[name]), name


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    init_workspace(tmp_path / "ws", state="S24", party="INC")
    return tmp_path / "ws"


@pytest.mark.parametrize("form", ["pdf", "html", "txt"])
@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_command_drafts_what_passes(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, language: str
) -> None:
    base = ["c7", "--facts", str(facts(tmp_path)), "--workspace", str(workspace), "--lang", language]
    assert main([*base, "--format", form, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    path = Path(said["files"][0])
    if form == "pdf":
        pdf = pypdfium2.PdfDocument(path)
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
        pdf.close()
    else:
        text = path.read_text(encoding="utf-8")
    assert "Crime No. 12/2021" in text
    assert ("विजय वर्मा" if language == "hi" else "Vijay Verma") in text
    assert said["seats"][0]["publish_by"] == "2027-01-14T14:00:00+05:30"


def test_the_command_refuses_and_writes_nothing(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = facts(tmp_path, FACTS.replace("has taught law", "w i n n a b l e, has taught law"))
    assert main(["c7", "--facts", str(path), "--workspace", str(workspace)]) == 1
    assert "'winnable'" in capsys.readouterr().out
    assert not (workspace / "c7").exists()


def test_the_template_is_a_valid_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["c7", "--template"]) == 0
    candidate = load_facts(facts(tmp_path, capsys.readouterr().out)).candidates[0]
    assert check(candidate).passes
