import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.errors import Conflict, NotFound, Unavailable
from bot.training import registry as registry_module
from bot.training.registry import GateFailed, ModelRecord, ModelRefused, Registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def _register(registry: Registry, tmp_path: Path, content: str = "model", **metrics: object) -> ModelRecord:
    archive = tmp_path / "trained.tar.gz"
    archive.write_text(content)
    return registry.register(archive, "data-1", metrics)


def test_an_empty_folder_has_no_models(registry: Registry) -> None:
    assert registry.list() == []
    assert registry.live() is None


def test_a_registered_model_is_a_candidate_until_it_is_promoted(registry: Registry, tmp_path: Path) -> None:
    record = _register(registry, tmp_path, accuracy=0.9)
    assert [one.status for one in registry.list()] == ["candidate"]
    assert registry.promote(record.id).status == "live"
    assert registry.live() == registry.get(record.id)
    assert registry.get(record.id).metrics == {"accuracy": 0.9}
    assert registry.archive(record.id).read_text() == "model"


def test_rolling_back_swaps_live_and_previous(registry: Registry, tmp_path: Path) -> None:
    first, second = (_register(registry, tmp_path, content).id for content in "ab")
    registry.promote(first)
    registry.promote(second)
    assert registry.get(first).status == "previous"
    assert registry.rollback().id == first
    assert registry.get(second).status == "previous"
    assert registry.rollback().id == second


def test_promoting_the_live_model_again_keeps_the_way_back(registry: Registry, tmp_path: Path) -> None:
    first, second = (_register(registry, tmp_path, content).id for content in "ab")
    registry.promote(first)
    registry.promote(second)
    registry.promote(second)
    assert registry.rollback().id == first


def test_there_is_nothing_to_roll_back_to_at_first(registry: Registry, tmp_path: Path) -> None:
    registry.promote(_register(registry, tmp_path).id)
    with pytest.raises(Conflict, match="no earlier model"):
        registry.rollback()


def test_an_archive_that_was_changed_is_refused(registry: Registry, tmp_path: Path) -> None:
    first, second = (_register(registry, tmp_path, content).id for content in "ab")
    registry.promote(first)
    (tmp_path / "models" / f"{second}.tar.gz").write_text("something else")
    with pytest.raises(ModelRefused):
        registry.promote(second)
    assert registry.live().id == first


def test_a_rollback_to_a_changed_or_missing_archive_is_refused(registry: Registry, tmp_path: Path) -> None:
    first, second = (_register(registry, tmp_path, content).id for content in "ab")
    registry.promote(first)
    registry.promote(second)
    (tmp_path / "models" / f"{first}.tar.gz").unlink()
    with pytest.raises(ModelRefused):
        registry.rollback()
    assert registry.live().id == second


@pytest.mark.parametrize("model_id", ["unknown", "../../etc/passwd", ""])
def test_an_unknown_id_is_not_found(registry: Registry, model_id: str) -> None:
    with pytest.raises(NotFound):
        registry.promote(model_id)


def test_a_model_that_failed_the_gate_needs_force(registry: Registry, tmp_path: Path) -> None:
    record = _register(registry, tmp_path, gate={"passed": False, "reasons": ["accuracy fell by 3 points"]})
    with pytest.raises(GateFailed, match="fell by 3 points"):
        registry.promote(record.id)
    assert registry.promote(record.id, force=True).status == "live"


def test_old_candidates_go_but_never_the_live_or_the_previous(registry: Registry, tmp_path: Path) -> None:
    first, second = (_register(registry, tmp_path, content).id for content in "ab")
    registry.promote(first)
    registry.promote(second)
    for number in range(registry_module.KEEP + 3):
        _register(registry, tmp_path, str(number))
    kept = {record.id for record in registry.list()}
    assert {first, second} <= kept
    assert len(kept) == registry_module.KEEP + 2
    assert len(list((tmp_path / "models").glob("*.tar.gz"))) == len(kept)


def test_many_at_once_lose_nothing(registry: Registry, tmp_path: Path) -> None:
    archive = tmp_path / "trained.tar.gz"
    archive.write_text("model")
    with ThreadPoolExecutor(8) as pool:
        records = list(pool.map(lambda _: Registry(tmp_path / "models").register(archive, "d", {}), range(8)))
    assert {one.id for one in records} == {one.id for one in registry.list()}


def test_a_crash_while_writing_leaves_the_old_list(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (_register(registry, tmp_path, content).id for content in "ab")
    registry.promote(first)

    def broken(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(registry_module.os, "fsync", broken)
    with pytest.raises(Unavailable, match="No space left"):
        registry.promote(second)
    assert registry.live().id == first


def test_a_full_disk_is_told_and_registers_nothing(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(registry_module.shutil, "copyfile", full)
    with pytest.raises(Unavailable, match="No space left"):
        _register(registry, tmp_path)
    assert registry.list() == []


def test_a_damaged_list_is_an_error_and_not_an_empty_registry(registry: Registry, tmp_path: Path) -> None:
    _register(registry, tmp_path)
    (tmp_path / "models" / "registry.json").write_text('{"models": ')
    with pytest.raises(Unavailable):
        registry.list()


def test_the_list_on_disk_holds_no_status_that_could_disagree(registry: Registry, tmp_path: Path) -> None:
    registry.promote(_register(registry, tmp_path).id)
    stored = json.loads((tmp_path / "models" / "registry.json").read_text())
    assert all("status" not in model for model in stored["models"].values())
