"""The official ChatKit server, for comparison: uvicorn with uvloop, one worker,
and a store in SQLite of the documented shape: an item is JSON in a row, and
each call opens the file.

    peer.py <database> <threads> <seconds between deltas>

It reads a line of JSON: a conversation, and the deltas of answers that are given
at once. It makes as many threads as asked, thr_0 and so on, of which thr_0 has
the conversation, prints its address as JSON, and ends with its standard input.
"""

import asyncio
import itertools
import json
import logging
import os
import socket
import sqlite3
import sys
import threading
import time
import warnings
from contextlib import closing
from datetime import datetime, timedelta, timezone

warnings.filterwarnings("ignore")

import uvicorn  # noqa: E402
from chatkit import types as ck  # noqa: E402
from chatkit.server import ChatKitServer, StreamingResult  # noqa: E402
from chatkit.store import NotFoundError, Store  # noqa: E402
from pydantic import TypeAdapter  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.responses import Response, StreamingResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

logging.disable(logging.CRITICAL)

ITEM = TypeAdapter(ck.ThreadItem)
SCHEMA = """
CREATE TABLE threads (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX threads_created ON threads (created_at);
CREATE TABLE items (id TEXT PRIMARY KEY, thread_id TEXT NOT NULL, created_at TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX items_created ON items (thread_id, created_at);
"""


class SQLiteStore(Store[None]):
    def __init__(self, path):
        self.path = path

    def rows(self, query, *values):
        with closing(sqlite3.connect(self.path)) as db, db:
            return db.execute(query, values).fetchall()

    def page(self, table, where, values, limit, after, order, read):
        than, way = ("<", "DESC") if order == "desc" else (">", "ASC")
        if after:
            where += f" AND created_at {than} (SELECT created_at FROM {table} WHERE id = ?)"
            values = (*values, after)
        query = f"SELECT data FROM {table} WHERE {where} ORDER BY created_at {way} LIMIT ?"
        data = [read(row[0]) for row in self.rows(query, *values, limit + 1)]
        more = len(data) > limit
        data = data[:limit]
        return ck.Page(data=data, has_more=more, after=data[-1].id if more else None)

    def one(self, query, read, *values):
        rows = self.rows(query, *values)
        if not rows:
            raise NotFoundError(values[0])
        return read(rows[0][0])

    async def load_thread(self, thread_id, context):
        return self.one("SELECT data FROM threads WHERE id = ?", ck.ThreadMetadata.model_validate_json, thread_id)

    async def save_thread(self, thread, context):
        self.rows(
            "INSERT OR REPLACE INTO threads VALUES (?, ?, ?)",
            thread.id,
            thread.created_at.isoformat(),
            thread.model_dump_json(),
        )

    async def load_threads(self, limit, after, order, context):
        return self.page("threads", "1", (), limit, after, order, ck.ThreadMetadata.model_validate_json)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        return self.page("items", "thread_id = ?", (thread_id,), limit, after, order, ITEM.validate_json)

    async def save_item(self, thread_id, item, context):
        self.rows(
            "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)",
            item.id,
            thread_id,
            item.created_at.isoformat(),
            item.model_dump_json(),
        )

    add_thread_item = save_item

    async def load_item(self, thread_id, item_id, context):
        return self.one("SELECT data FROM items WHERE id = ?", ITEM.validate_json, item_id)

    async def delete_thread(self, thread_id, context):
        self.rows("DELETE FROM items WHERE thread_id = ?", thread_id)
        self.rows("DELETE FROM threads WHERE id = ?", thread_id)

    async def delete_thread_item(self, thread_id, item_id, context):
        self.rows("DELETE FROM items WHERE id = ?", item_id)

    async def save_attachment(self, attachment, context):
        raise NotImplementedError

    load_attachment = delete_attachment = save_attachment


def message(thread_id, item_id, text, when):
    content = [ck.AssistantMessageContent(text=text)]
    return ck.AssistantMessageItem(id=item_id, thread_id=thread_id, created_at=when, content=content)


def question(thread_id, item_id, text, when):
    content = [ck.UserMessageTextContent(text=text)]
    return ck.UserMessageItem(
        id=item_id, thread_id=thread_id, created_at=when, content=content, inference_options=ck.InferenceOptions()
    )


class Speaker(ChatKitServer[None]):
    """Answers as the other server's assistant does: a time in each delta."""

    def __init__(self, store, every, answers):
        super().__init__(store)
        self.every, self.answers = every, itertools.cycle(answers)

    async def respond(self, thread, input_user_message, context):
        now = datetime.now(timezone.utc)
        item_id = self.store.generate_item_id("message", thread, context)
        item = message(thread.id, item_id, "", now).model_copy(update={"content": []})
        yield ck.ThreadItemAddedEvent(item=item)
        part = ck.AssistantMessageContentPartAdded(content_index=0, content=ck.AssistantMessageContent(text=""))
        yield ck.ThreadItemUpdatedEvent(item_id=item_id, update=part)
        endless = input_user_message.content[0].text == "Go on and on."
        start, said = time.monotonic(), []
        for n, delta in enumerate(itertools.repeat("") if endless else next(self.answers), 1):
            if endless:
                await asyncio.sleep(start + n * self.every - time.monotonic())
                delta = f"@{time.time_ns():016x} "
            said.append(delta)
            update = ck.AssistantMessageContentPartTextDelta(content_index=0, delta=delta)
            yield ck.ThreadItemUpdatedEvent(item_id=item_id, update=update)
        # The whole text must not look like deltas that came late.
        yield ck.ThreadItemDoneEvent(item=message(thread.id, item_id, "".join(said).replace("@", ""), now))


def fill(path, count, talk):
    """Makes the threads; thr_0 gets the conversation."""
    store, first = SQLiteStore(path), datetime(2026, 1, 1, tzinfo=timezone.utc)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(SCHEMA)
        for n in range(count):
            when = first + timedelta(seconds=n)
            thread = ck.ThreadMetadata(id=f"thr_{n}", created_at=when)
            db.execute("INSERT INTO threads VALUES (?, ?, ?)", (thread.id, when.isoformat(), thread.model_dump_json()))
        for n, text in enumerate(talk):
            make, when = (message if n % 2 else question), first + timedelta(seconds=n)
            item = make("thr_0", f"msg_{n}", text, when)
            db.execute("INSERT INTO items VALUES (?, ?, ?, ?)", (item.id, "thr_0", when.isoformat(), item.model_dump_json()))
        db.commit()
    return store


def main():
    path, threads, every = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    given = json.loads(sys.stdin.readline())
    server = Speaker(fill(path, threads, given["talk"]), every, given["answers"])

    async def chatkit(request):
        result = await server.process(await request.body(), None)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    app = Starlette(routes=[Route("/api/v1/chatkit", chatkit, methods=["POST"])])
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(json.dumps({"URL": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    config = uvicorn.Config(app, loop="uvloop", http="httptools", log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


main()
