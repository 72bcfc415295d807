"""The studio's heavy work: what comes of it when it goes wrong."""

import pytest

from bot.studio_work import WorkFailed, reading_with
from bot.training.registry import Registry, file_hash


@pytest.mark.slow
async def test_a_model_that_cannot_be_loaded_is_named_and_nothing_hangs(tmp_path):
    archive = tmp_path / "broken.tar.gz"
    archive.write_bytes(b"this is no archive")
    registry = Registry(tmp_path / "models")
    record = registry.register(archive, "fingerprint", {})
    assert record.sha256 == file_hash(archive)
    with pytest.raises(WorkFailed, match="cannot be loaded"):
        await reading_with(registry, tmp_path / "cache")(record.id, ["hello"])
