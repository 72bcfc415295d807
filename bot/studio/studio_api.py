"""The editors' HTTP contract, below `/api/v1`: inbox, intents, articles, trainings, models."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field

from bot.identity.accounts import Account, Role
from bot.studio.articles import ArticleFile
from bot.studio.intents import Intent
from bot.studio.models import COMPARED, ModelRecord
from bot.studio.parts import Studio
from bot.studio.review import Heard, MarkStatus, check_why
from bot.studio.trainings import Training
from bot.studio.versions import wanted_version

IfMatch = Annotated[str | None, Header(alias="If-Match")]


class LabelBody(BaseModel):
    """The intent a message stands for; `text` is the example in the editor's wording."""

    intent: str = Field(max_length=200)
    text: str | None = Field(None, max_length=4000)
    move: bool = False


class ExamplesBody(BaseModel):
    """All examples of an intent."""

    examples: list[str] = Field(max_length=5000)


class NewArticleBody(BaseModel):
    """A new article: Markdown with front matter, and the topic (folder) it belongs to."""

    content: str
    topic: str = Field("general", max_length=41)


class ArticleBody(BaseModel):
    """An article's Markdown with front matter."""

    content: str


class PromoteBody(BaseModel):
    """`force` promotes a model that failed the held-out gate too."""

    force: bool = False


def studio_router(studio: Studio) -> APIRouter:
    """Everything an editor's page talks to."""
    router = APIRouter(prefix="/studio", tags=["studio"])
    editor = studio.access.require(Role.EDITOR)
    _add_review(router, studio, editor)
    _add_intents(router, studio, editor)
    _add_articles(router, studio, editor)
    _add_trainings(router, studio, editor)
    _add_models(router, studio, editor)
    return router


def _add_review(router: APIRouter, studio: Studio, editor: Any) -> None:
    Editor = Annotated[Account, Depends(editor)]

    @router.get("/review")
    async def review(
        account: Editor,
        *,
        status: Literal["open", "labelled", "dismissed"] = "open",
        why: str | None = None,
        before: datetime | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        """Customers' messages worth a look, newest first; `next` is the `before` of the next page."""
        following = None
        if status == "open":
            found = await studio.inbox.open(why=check_why(why), before=before, limit=limit)
            following = found[-1].heard_at if len(found) >= limit else None
        else:
            found = await studio.inbox.done(MarkStatus(status), limit)
        return {"items": [heard_body(heard) for heard in found], "next": following}

    @router.post("/review/{item_id}/label")
    async def label(item_id: str, body: LabelBody, account: Editor) -> dict[str, Any]:
        """Make it an example of an intent; the next training learns it."""
        heard, intent = await studio.review.label(item_id, body.intent, account, text=body.text, move=body.move)
        await studio.audit.record(account, "label", "message", item_id, intent=body.intent)
        return {"item": heard_body(heard), "intent": {"name": intent.name, "examples": len(intent.examples)}}

    @router.post("/review/{item_id}/dismiss")
    async def dismiss(item_id: str, account: Editor) -> dict[str, Any]:
        """Take it out of the inbox."""
        heard = await studio.review.dismiss(item_id, account)
        await studio.audit.record(account, "dismiss", "message", item_id)
        return {"item": heard_body(heard)}

    @router.post("/review/{item_id}/reopen")
    async def reopen(item_id: str, account: Editor) -> dict[str, Any]:
        """Put it back into the inbox; an example made from it stays."""
        return {"item": heard_body(await studio.review.reopen(item_id))}


def _add_intents(router: APIRouter, studio: Studio, editor: Any) -> None:
    Editor = Annotated[Account, Depends(editor)]

    @router.get("/intents")
    async def intents(account: Editor) -> dict[str, Any]:
        """Every intent with how many examples it has."""
        found = await asyncio.to_thread(studio.intents.all)
        return {
            "items": [
                {"name": one.name, "file": one.file, "examples": len(one.examples), "version": one.version}
                for one in found
            ]
        }

    @router.get("/intents/{name:path}")
    async def intent(name: str, account: Editor, response: Response) -> dict[str, Any]:
        """One intent with its examples; its version is the ETag."""
        return _tagged(response, intent_body(await asyncio.to_thread(studio.intents.get, name)))

    @router.put("/intents/{name:path}")
    async def put_intent(
        name: str, body: ExamplesBody, account: Editor, response: Response, if_match: IfMatch = None
    ) -> dict[str, Any]:
        """Replace its examples; 412 with what changed if somebody else was quicker."""
        version = wanted_version(if_match)
        changed = await asyncio.to_thread(studio.intents.put, name, body.examples, version)
        await studio.audit.record(account, "edit_intent", "intent", name, examples=len(changed.examples))
        return _tagged(response, intent_body(changed))


def _add_articles(router: APIRouter, studio: Studio, editor: Any) -> None:
    Editor = Annotated[Account, Depends(editor)]

    @router.get("/articles")
    async def articles(account: Editor) -> dict[str, Any]:
        """Every article without its text, broken ones with their problems; and how the index stands."""
        found = await asyncio.to_thread(studio.articles.all)
        return {"items": [article_body(one) for one in found], "index": studio.indexing.state()}

    @router.get("/articles/{article_id}")
    async def article(article_id: str, account: Editor, response: Response) -> dict[str, Any]:
        """One article with its Markdown; its version is the ETag."""
        found = await asyncio.to_thread(studio.articles.get, article_id)
        return _tagged(response, {**article_body(found), "content": found.content})

    @router.post("/articles", status_code=201)
    async def create(body: NewArticleBody, account: Editor, response: Response) -> dict[str, Any]:
        """A new article under the id in its front matter; 422 `broken_article` names lines and what to do."""
        made = await asyncio.to_thread(studio.articles.create, body.content, body.topic)
        await _article_changed(account, "create_article", made.id)
        return _tagged(response, {**article_body(made), "content": made.content})

    @router.put("/articles/{article_id}")
    async def put_article(
        article_id: str, body: ArticleBody, account: Editor, response: Response, if_match: IfMatch = None
    ) -> dict[str, Any]:
        """Replace its Markdown; 412 with what changed if somebody else was quicker."""
        version = wanted_version(if_match)
        changed = await asyncio.to_thread(studio.articles.put, article_id, body.content, version)
        await _article_changed(account, "edit_article", article_id)
        return _tagged(response, {**article_body(changed), "content": changed.content})

    @router.delete("/articles/{article_id}", status_code=204)
    async def delete_article(article_id: str, account: Editor, if_match: IfMatch = None) -> None:
        """Take it away; 409 `article_linked` while other articles lead to it."""
        await asyncio.to_thread(studio.articles.delete, article_id, wanted_version(if_match))
        await _article_changed(account, "delete_article", article_id)

    async def _article_changed(account: Account, action: str, article_id: str) -> None:
        studio.indexing.changed()
        await studio.audit.record(account, action, "article", article_id)


def _add_trainings(router: APIRouter, studio: Studio, editor: Any) -> None:
    Editor = Annotated[Account, Depends(editor)]

    @router.post("/trainings", status_code=202)
    async def start(account: Editor) -> dict[str, Any]:
        """Begin a training; 409 `training_running` while there is one."""
        begun = await studio.trainings.start(account)
        await studio.audit.record(account, "train", "training", begun.id)
        return training_body(begun)

    @router.get("/trainings")
    async def trainings(account: Editor, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
        """Trainings, newest first."""
        return {"items": [training_body(one) for one in await studio.trainings.all(limit)]}

    @router.get("/trainings/{training_id}")
    async def training(training_id: str, account: Editor) -> dict[str, Any]:
        """One training with its progress, and in the end its model or what is wrong with the content."""
        return training_body(await studio.trainings.get(training_id))


def _add_models(router: APIRouter, studio: Studio, editor: Any) -> None:
    Editor = Annotated[Account, Depends(editor)]

    @router.get("/models")
    async def models(account: Editor) -> dict[str, Any]:
        """Every model, newest first; `live` is the one that serves."""
        found = await studio.models.all()
        live = next((record.id for record in found if record.status == "live"), None)
        return {"items": [model_body(record) for record in found], "live": live}

    @router.post("/models/rollback")
    async def rollback(account: Editor) -> dict[str, Any]:
        """Go back to the model that served before."""
        record = await studio.models.rollback()
        await studio.audit.record(account, "rollback", "model", record.id)
        return model_body(record)

    @router.post("/models/{model_id}/promote")
    async def promote(model_id: str, account: Editor, body: PromoteBody | None = None) -> dict[str, Any]:
        """Make it the one that serves; 409 `gate_failed` without `force` if it does worse on held-out data."""
        record = await studio.models.promote(model_id, force=bool(body and body.force))
        await studio.audit.record(account, "promote", "model", model_id)
        return model_body(record)

    @router.get("/models/{model_id}/compare")
    async def compare(
        model_id: str,
        account: Editor,
        other: Annotated[str, Query(alias="with")],
        limit: Annotated[int, Query(ge=1, le=1000)] = COMPARED,
    ) -> dict[str, Any]:
        """The newest customers' messages that the two models read differently."""
        return await studio.models.compare(model_id, other, limit)


def _tagged(response: Response, body: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = f'"{body["version"]}"'
    return body


def heard_body(heard: Heard) -> dict[str, Any]:
    """A message of the inbox."""
    mark = heard.mark
    return {
        "id": heard.id,
        "conversation_id": heard.conversation_id,
        "seq": heard.seq,
        "text": heard.text,
        "at": heard.at,
        "intents": [{"name": item.get("name"), "confidence": item.get("confidence")} for item in heard.intents],
        "outcome": heard.outcome,
        "model_id": heard.model_id,
        "why": list(heard.why),
        "status": mark.status.value if mark else "open",
        "marked": {"intent": mark.intent, "by": {"id": mark.by_id, "name": mark.by_name}, "at": mark.at}
        if mark
        else None,
    }


def intent_body(intent: Intent) -> dict[str, Any]:
    """An intent with its examples."""
    return {
        "name": intent.name,
        "file": intent.file,
        "examples": list(intent.examples),
        "version": intent.version,
    }


def article_body(file: ArticleFile) -> dict[str, Any]:
    """An article without its text."""
    article = file.article
    return {
        "id": file.id,
        "topic": file.topic,
        "version": file.version,
        "title": article.title if article else file.id,
        "audience": article.audience if article else None,
        "tags": list(article.tags) if article else [],
        "questions": list(article.questions) if article else [],
        "updated": article.updated if article else None,
        "problems": list(file.problems),
    }


def training_body(training: Training) -> dict[str, Any]:
    """A training with its steps."""
    return {
        "id": training.id,
        "status": training.status,
        "stage": training.stage,
        "share": training.share,
        "message": training.message,
        "started_at": training.started_at,
        "started_by": training.started_by,
        "updated_at": training.updated_at,
        "finished_at": training.finished_at,
        "model_id": training.model_id,
        "passed_gate": training.passed_gate,
        "metrics": dict(training.metrics),
        "warnings": list(training.warnings),
        "error": training.error,
        "steps": list(training.steps),
    }


def model_body(record: ModelRecord) -> dict[str, Any]:
    """A model."""
    return {
        "id": record.id,
        "status": record.status,
        "created_at": record.created_at,
        "size": record.size,
        "passed_gate": record.passed_gate,
        "metrics": dict(record.metrics),
    }
