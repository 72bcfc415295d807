import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.training import job as job_module
from bot.training.job import Progress, TrainingFailed, train
from bot.training.nlu_graph import TrainedNlu
from bot.training.paths import Paths
from bot.training.registry import Registry


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_bot_is_trained_registered_and_understands(project: Paths) -> None:
    steps: list[Progress] = []
    candidate = train(project, steps.append)

    assert [stage for stage in job_module.STAGES if stage in {step.stage for step in steps}] == list(job_module.STAGES)
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    record = Registry(project.models).get(candidate.record.id)
    assert record.status == "candidate"
    assert record.metrics["held_out"]["examples"] == 20
    assert set(record.metrics["held_out"]["per_intent"]) == {"greet", "order_status", "ask_returns", "complaint"}

    nlu = TrainedNlu(Registry(project.models).archive(record.id))
    reading = nlu.read("where is my order #1042, the blue shelter")
    assert reading["intent"]["name"] == "order_status"
    assert {(one["entity"], one["value"]) for one in reading["entities"]} == {
        ("order_number", "1042"),
        ("product", "tent"),
    }
    assert json.loads(json.dumps(reading["intent_ranking"]))[0] == reading["intent"]
    assert sum(one["confidence"] for one in reading["intent_ranking"]) == pytest.approx(1, abs=1e-4)
    assert nlu.read("you are useless idiots, I have waited for WEEKS!!!")["frustration"] > 0.7
    assert nlu.read("hello")["frustration"] < 0.3
    assert nlu.read("there is gas leaking from the stove, help now")["urgency"] > 0.6
    assert nlu.read('/order_status{"order_number":"1"}')["out_of_scope"] in {True, False}
    assert nlu.read("   ")["intent"] == {"name": None, "confidence": 0.0}
    assert nlu.read("")["out_of_scope"] is True
    assert nlu.read("🙂" * 2000)["intent"]["name"] in record.metrics["held_out"]["per_intent"]

    again = train(project)
    assert again.record.data_fingerprint == record.data_fingerprint
    assert again.passed_gate


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_broken_file_is_named_and_the_running_model_stays(project: Paths, nlu_file: Path, tmp_path: Path) -> None:
    archive = tmp_path / "earlier.tar.gz"
    archive.write_text("an earlier model")
    registry = Registry(project.models)
    earlier = registry.promote(registry.register(archive, "d", {}).id)
    nlu_file.write_text(nlu_file.read_text().replace("- intent: complaint", "- intent: [complaint"))

    with pytest.raises(TrainingFailed) as failed:
        train(project)

    assert str(nlu_file) in failed.value.message
    problem = failed.value.details["problems"][0]
    assert problem["line"] is not None
    assert registry.live() == earlier
    assert [record.id for record in registry.list()] == [earlier.id]


def test_a_process_that_dies_is_told_with_the_end_of_its_log(
    project: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho 'out of memory' >&2\nexit 7\n")
    fake.chmod(0o755)
    monkeypatch.setattr(job_module.sys, "executable", str(fake))
    with pytest.raises(TrainingFailed, match="exit code 7") as failed:
        train(replace(project, cache=tmp_path / "cache"))
    assert "out of memory" in failed.value.details["log"]


def test_a_process_that_hangs_is_ended(project: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\nexec {shutil.which('sleep')} 60\n")
    fake.chmod(0o755)
    monkeypatch.setattr(job_module.sys, "executable", str(fake))
    monkeypatch.setattr(job_module, "LONGEST_SECONDS", 0.3)
    with pytest.raises(TrainingFailed, match="took too long"):
        train(replace(project, cache=tmp_path / "cache"))
