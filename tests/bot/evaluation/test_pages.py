"""Report pages: self-contained, escaped, with every section; floors and the table of all evaluations."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.evaluation.charts import Line, bars, lines
from bot.evaluation.floors import floors, judge
from bot.evaluation.kb_page import demo_page, kb_page
from bot.evaluation.nlu_page import nlu_page
from bot.evaluation.page import Page
from bot.evaluation.suite import Evaluation, Surroundings, evaluations, run_all, table
from bot.training.evaluate_nlu import Judged, report_of
from bot.training.paths import Paths
from kb_index.evaluate import AskedFaq, AskedShop, DemoReport, KbReport

EVIL = "<script>alert('x')</script>"


def judged(label: str, intent: str, confidence: float, rejected: bool = False, foreign: float = 0.1) -> Judged:
    return Judged(f"{label} {EVIL}", label, intent, confidence, rejected, foreign, 5.0)


def demo_report() -> DemoReport:
    asked = (
        AskedShop("where is it", "track", "track", True, 0.9, 4.0),
        AskedShop(f"zip {EVIL}", "repair", "sizing", False, 0.8, 5.0),
        AskedShop("do you rent", None, "pitch", False, 0.2, 6.0),
    )
    wrong = ({"text": f"zip {EVIL}", "got": "sizing", "wanted": "repair", "confidence": 0.8},)
    return DemoReport(0.5, 0.5, 1.0, 1.0, 0.5, 0.5, 0.7, 2, 1, wrong, asked)


def pages() -> list[Page]:
    nlu = report_of([judged("a", "a", 0.9), judged("b", "a", 0.8), judged("oos", "a", 0.3, True, 0.9)], "oos", 1, 9)
    asked = (AskedFaq(f"how {EVIL}", 1, 1.0, "How", 3.0), AskedFaq("what", None, 0.0, "How", 4.0))
    kb = KbReport(0.5, 0.5, 0.5, 0.5, 1.0, 3.0, 4.0, 9, 2, asked)
    return [nlu_page(nlu, EVIL, "oos"), kb_page(kb, "FAQ"), demo_page(demo_report(), "Shop")]


@pytest.mark.parametrize("page", pages(), ids=["nlu", "kb", "demo"])
def test_a_page_is_whole_escaped_and_loads_nothing(page: Page) -> None:
    html = page.html()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"(src|href)=|url\(|@import", html)
    charts = re.findall(r"<svg.*?</svg>", html, re.S)
    assert charts
    for chart in charts:
        ElementTree.fromstring(chart)  # well formed


def test_pages_have_the_promised_sections() -> None:
    nlu, kb, demo = (page.html() for page in pages())
    for words in ("Confused most", "Calibration", "Thresholds", "Surest mistakes", "Time"):
        assert f"<h2>{words}</h2>" in nlu
    for words in ("Place of the first relevant entry", "Ranked worst", "Time"):
        assert f"<h2>{words}</h2>" in kb
    for words in ("Calibration", "Thresholds", "Surest mistakes", "Another article first", "Time"):
        assert f"<h2>{words}</h2>" in demo


def test_points_outside_the_square_stay_inside_the_chart() -> None:
    chart = ElementTree.fromstring(lines("t", "x", "y", [Line("l", [(-1, 2), (3, -4)])]))
    points = next(e for e in chart.iter() if e.tag == "polyline").attrib["points"]
    assert all(0 <= float(n) <= 520 for n in re.split(r"[ ,]", points))
    assert len(list(ElementTree.fromstring(bars("t", "x", "y", [("a", 0.0), ("b", 2.0)])).iter("rect"))) == 2


def test_a_figure_below_its_floor_or_above_its_ceiling_is_missed() -> None:
    good = {"in_scope_accuracy": 0.94, "calibration_error": 0.03, "predict_ms_p95": 20.0}
    assert not any(line.missed for line in judge("banking77", good))
    low = judge("banking77", {**good, "in_scope_accuracy": 0.5, "calibration_error": 0.4})
    assert [line.figure for line in low if line.missed] == ["in_scope_accuracy", "calibration_error"]
    assert [row[-1] for row in table(low)] == ["MISSED", "MISSED", ""]


def test_what_is_published_names_its_source() -> None:
    for figures in floors().values():
        for bounds in figures.values():
            assert set(bounds) <= {"floor", "ceiling", "published", "source"}
            assert ("published" in bounds) == bool(bounds.get("source"))


def test_absent_data_is_named_and_the_rest_runs(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.touch()
    figures = dict.fromkeys(floors()["shop articles"], 0.99)
    chosen = [
        Evaluation("stackfaq", (tmp_path / "absent",), lambda: pytest.fail("must not run")),
        Evaluation("shop articles", (here,), lambda: (figures, demo_page(demo_report(), "Shop"))),
    ]
    told: list[str] = []
    done = run_all(chosen, tmp_path, told.append)
    assert {line.evaluation for line in done.lines} == {"shop articles"}
    assert done.absent == [f"stackfaq: there is no {tmp_path / 'absent'}"]
    assert told == [f"left out, {done.absent[0]}", "measuring shop articles"]
    assert json.loads((tmp_path / "shop-articles.json").read_text()) == figures
    overview = (tmp_path / "index.html").read_text()
    assert "stackfaq" in overview
    assert '<a href="shop-articles.html">shop articles</a>' in overview


def test_one_that_breaks_off_is_named_and_costs_the_others_nothing(tmp_path: Path) -> None:
    def breaks() -> tuple[dict[str, float], Page]:
        raise MemoryError

    figures = dict.fromkeys(floors()["shop articles"], 0.99)
    chosen = [
        Evaluation("stackfaq", (), breaks),
        Evaluation("shop articles", (), lambda: (figures, demo_page(demo_report(), "Shop"))),
    ]
    done = run_all(chosen, tmp_path)
    assert done.failed == ["stackfaq: MemoryError"]
    assert {line.evaluation for line in done.lines} == {"shop articles"}
    assert "stackfaq: MemoryError" in (tmp_path / "index.html").read_text()


def test_every_evaluation_has_its_watched_figures(tmp_path: Path) -> None:
    here = Surroundings(Paths.of_project(tmp_path), tmp_path, lambda: pytest.fail("not asked for"), tmp_path)
    assert {each.name for each in evaluations(here)} == set(floors())


def test_legends_do_not_lie_over_each_other() -> None:
    names = ["answered", "of all answers right", "unanswerable refused", "threshold 0.70"]
    chart = ElementTree.fromstring(lines("t", "x", "y", [Line(name, [(0, 0)]) for name in names]))
    starts = [float(e.attrib["x"]) for e in chart.iter("text") if e.attrib["class"].startswith("legend")]
    assert all(start + 5.5 * len(name) < after for name, start, after in zip(names, starts, starts[1:], strict=False))
    assert starts[-1] + 5.5 * len(names[-1]) < 520
