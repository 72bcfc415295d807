import pytest

from bot.errors import Conflict, InvalidInput
from tests.bot.conversation.world import World


async def test_a_later_score_of_the_same_kind_replaces_the_first(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hi")
    await world.service.feedback(conversation, "csat", 2, "slow")
    await world.service.feedback(conversation, "csat", 4, "better now")
    await world.service.feedback(conversation, "nps", 0)
    _, episode = await world.store.write(lambda write: write.hold(conversation))
    assert (episode.csat, episode.nps, episode.ces, episode.csat_comment) == (4, 0, None, "slow\nbetter now")
    assert len(await world.events_of(conversation, "feedback")) == 3
    assert "feedback" not in [event.kind for event in await world.log(conversation, private=False)]


@pytest.mark.parametrize(
    ("kind", "score"),
    [
        ("csat", 0),
        ("csat", 6),
        ("nps", -1),
        ("nps", 11),
        ("ces", 8),
        ("ces", 0),
        ("stars", 3),
        ("csat", True),
        ("csat", "5"),
    ],
)
async def test_scores_off_the_scale_are_refused(world: World, kind: str, score: object) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hi")
    with pytest.raises(InvalidInput) as refused:
        await world.service.feedback(conversation, kind, score)
    assert refused.value.code == "bad_feedback"


async def test_where_nothing_was_said_there_is_nothing_to_rate(world: World) -> None:
    with pytest.raises(Conflict) as refused:
        await world.service.feedback(await world.customer(), "csat", 5)
    assert refused.value.code == "nothing_to_rate"


async def test_a_comment_has_a_limit(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hi")
    with pytest.raises(InvalidInput):
        await world.service.feedback(conversation, "csat", 5, "x" * 2001)
