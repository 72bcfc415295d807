"""Articles written by editors."""

from tests.support.waiting import eventually

NEW = """---
id: tent-smell
title: My tent smells
questions:
  - why does my tent smell
tags: [care]
---
Air it for two days, then wash it by hand.
"""


async def test_an_article_is_made_changed_and_taken_away_and_the_index_follows(world):
    made = await world.editor.post("/studio/articles", json={"content": NEW, "topic": "care"})
    assert made.status_code == 201
    assert (world.data / "kb" / "care" / "tent-smell.md").read_text() == NEW
    await eventually(lambda: world.indexed == 1)
    listed = (await world.editor.get("/studio/articles")).json()
    assert "tent-smell" in [item["id"] for item in listed["items"]]
    assert listed["index"]["status"] == "current"
    changed = await world.editor.put(
        "/studio/articles/tent-smell",
        json={"content": NEW.replace("two days", "three days")},
        headers={"If-Match": made.headers["etag"]},
    )
    assert "three days" in changed.json()["content"]
    gone = await world.editor.delete("/studio/articles/tent-smell", headers={"If-Match": changed.headers["etag"]})
    assert gone.status_code == 204
    assert (await world.editor.get("/studio/articles/tent-smell")).status_code == 404
    await eventually(lambda: world.indexed >= 2)


async def test_a_broken_article_is_refused_with_line_and_mend(world):
    broken = NEW.replace("title: My tent smells", "title: Tents: how: they smell")
    answer = await world.editor.post("/studio/articles", json={"content": broken, "topic": "care"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "broken_article")
    assert error["details"]["problems"][0]["line"] == 3
    assert error["details"]["problems"][0]["mend"]
    assert "work" not in str(error)
    assert world.indexed == 0


async def test_of_two_editors_the_slower_is_told_what_changed(world):
    made = await world.editor.post("/studio/articles", json={"content": NEW, "topic": "care"})
    tag = {"If-Match": made.headers["etag"]}
    first = NEW.replace("two days", "three days")
    await world.editor.put("/studio/articles/tent-smell", json={"content": first}, headers=tag)
    late = await world.editor.put("/studio/articles/tent-smell", json={"content": NEW + "More.\n"}, headers=tag)
    assert late.status_code == 412
    changed = late.json()["error"]["details"]["changed"]
    assert changed == {
        "added": ["Air it for three days, then wash it by hand."],
        "removed": ["Air it for two days, then wash it by hand."],
    }
    assert (await world.editor.delete("/studio/articles/tent-smell", headers=tag)).status_code == 412


async def test_ids_stay_and_are_used_once_and_linked_articles_stay(world):
    made = await world.editor.post("/studio/articles", json={"content": NEW, "topic": "care"})
    again = await world.editor.post("/studio/articles", json={"content": NEW, "topic": "care"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "article_exists")
    renamed = await world.editor.put(
        "/studio/articles/tent-smell",
        json={"content": NEW.replace("id: tent-smell", "id: other")},
        headers={"If-Match": made.headers["etag"]},
    )
    assert renamed.json()["error"]["code"] == "id_changed"
    linking = NEW.replace("id: tent-smell", "id: smell-2").replace("tags:", "related: [tent-smell]\ntags:")
    await world.editor.post("/studio/articles", json={"content": linking, "topic": "care"})
    kept = await world.editor.delete("/studio/articles/tent-smell", headers={"If-Match": made.headers["etag"]})
    assert (kept.status_code, kept.json()["error"]["details"]["articles"]) == (409, ["smell-2"])


async def test_a_topic_cannot_leave_the_folder(world):
    answer = await world.editor.post("/studio/articles", json={"content": NEW, "topic": "../../etc"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_topic")


async def test_all_articles_of_the_project_can_be_read(world):
    listed = (await world.editor.get("/studio/articles")).json()["items"]
    assert len(listed) >= 80
    assert all(not item["problems"] for item in listed)
