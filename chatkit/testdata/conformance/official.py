"""The official ChatKit server, driven line by line.

Reads one JSON command a line on standard input and answers each with one line:

  {"op": "step", "request": {...}, "script": [...], "sync": {...}}
      asks the official server; its responder yields the script's events.
      -> {"frames": [text, ...]} or {"reply": text} or {"error": text}
  {"op": "parse", "as": "event" | "thread" | "threads" | "items" | "attachment" | "sync", "json": text}
      reads JSON with the official types and writes it again.
      -> {"dump": text} or {"error": text}
"""

import asyncio
import json
import logging
import sys
import warnings


warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

from chatkit import types as ck  # noqa: E402
from chatkit.errors import CustomStreamError, ErrorCode, StreamError  # noqa: E402
from chatkit.server import ChatKitServer, StreamingResult  # noqa: E402
from chatkit.store import AttachmentStore, NotFoundError, Store  # noqa: E402
from pydantic import TypeAdapter  # noqa: E402

TYPES = {
    "event": TypeAdapter(ck.ThreadStreamEvent),
    "thread": TypeAdapter(ck.Thread),
    "threads": TypeAdapter(ck.Page[ck.Thread]),
    "items": TypeAdapter(ck.Page[ck.ThreadItem]),
    "attachment": TypeAdapter(ck.Attachment),
    "sync": TypeAdapter(ck.SyncCustomActionResponse),
}
ITEM = TypeAdapter(ck.ThreadItem)


class Memory(Store[None]):
    """Keeps everything in lists, in the order in which it came."""

    def __init__(self):
        self.threads, self.items, self.attachments = {}, {}, {}

    @staticmethod
    def page(rows, limit, after, order):
        rows = list(reversed(rows)) if order == "desc" else list(rows)
        if after:
            rows = rows[[r.id for r in rows].index(after) + 1 :]
        cut = rows[:limit]
        more = len(rows) > limit
        return ck.Page(data=cut, has_more=more, after=cut[-1].id if more else None)

    async def load_thread(self, thread_id, context):
        if thread_id not in self.threads:
            raise NotFoundError(thread_id)
        return self.threads[thread_id].model_copy(deep=True)

    async def save_thread(self, thread, context):
        self.threads[thread.id] = ck.ThreadMetadata(**thread.model_dump(exclude={"items"}))
        self.items.setdefault(thread.id, [])

    async def delete_thread(self, thread_id, context):
        self.threads.pop(thread_id, None)
        self.items.pop(thread_id, None)

    async def load_threads(self, limit, after, order, context):
        return self.page(self.threads.values(), limit, after, order)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        page = self.page(self.items.get(thread_id, []), limit, after, order)
        page.data = [i.model_copy(deep=True) for i in page.data]
        return page

    async def save_item(self, thread_id, item, context):
        rows = self.items[thread_id]
        at = [i for i, r in enumerate(rows) if r.id == item.id]
        if at:
            rows[at[0]] = item.model_copy(deep=True)
        else:
            rows.append(item.model_copy(deep=True))

    add_thread_item = save_item

    async def load_item(self, thread_id, item_id, context):
        for row in self.items.get(thread_id, []):
            if row.id == item_id:
                return row.model_copy(deep=True)
        raise NotFoundError(item_id)

    async def delete_thread_item(self, thread_id, item_id, context):
        self.items[thread_id] = [r for r in self.items[thread_id] if r.id != item_id]

    async def save_attachment(self, attachment, context):
        self.attachments[attachment.id] = attachment

    async def load_attachment(self, attachment_id, context):
        if attachment_id not in self.attachments:
            raise NotFoundError(attachment_id)
        return self.attachments[attachment_id].model_copy(deep=True)

    async def delete_attachment(self, attachment_id, context):
        self.attachments.pop(attachment_id, None)


class Shelf(AttachmentStore[None]):
    def __init__(self):
        self.count = 0

    async def create_attachment(self, input, context):
        self.count += 1
        common = dict(
            id=f"atc_{self.count}",
            name=input.name,
            mime_type=input.mime_type,
            metadata={"secret": True},
            upload_descriptor=ck.AttachmentUploadDescriptor(
                url="https://example.com/upload", method="PUT", headers={"X-Key": "k"}
            ),
        )
        if input.mime_type.startswith("image/"):
            return ck.ImageAttachment(preview_url="https://example.com/preview", **common)
        return ck.FileAttachment(**common)

    async def delete_attachment(self, attachment_id, context):
        pass


class Scripted(ChatKitServer[None]):
    script, sync = [], None

    async def play(self, thread):
        for line in self.script:
            line = json.loads(json.dumps(line).replace('"$thread"', json.dumps(thread.id)))
            match line["type"]:
                case "do.title":
                    thread.title = line["title"]
                case "do.status":
                    thread.status = TypeAdapter(ck.ThreadStatus).validate_python(line["status"])
                case "do.domains":
                    thread.allowed_image_domains = line["domains"]
                case "do.metadata":
                    thread.metadata = {**thread.metadata, line["key"]: line["value"]}
                case "do.fail":
                    if "message" in line:
                        raise CustomStreamError(line["message"], allow_retry=line.get("allow_retry", False))
                    if "code" in line:
                        raise StreamError(ErrorCode(line["code"]), allow_retry=line.get("allow_retry"))
                    raise RuntimeError("the script fails")
                case _:
                    yield TYPES["event"].validate_python(line)

    def respond(self, thread, input_user_message, context):
        return self.play(thread)

    def action(self, thread, action, sender, context):
        return self.play(thread)

    async def sync_action(self, thread, action, sender, context):
        item = None if self.sync is None else ITEM.validate_python(self.sync)
        return ck.SyncCustomActionResponse(updated_item=item)

    async def transcribe(self, audio_input, context):
        text = f"{audio_input.data.decode()} {audio_input.mime_type} {audio_input.media_type}"
        return ck.TranscriptionResult(text=text)


async def step(server, command):
    server.script, server.sync = command.get("script", []), command.get("sync")
    result = await server.process(json.dumps(command["request"]), None)
    if not isinstance(result, StreamingResult):
        return {"reply": result.json.decode()}
    body = b"".join([chunk async for chunk in result]).decode()
    frames = body.split("\n\n")
    if frames.pop() != "" or any(not f.startswith("data: ") or "\n" in f for f in frames):
        return {"error": "frames of another form"}
    return {"frames": [f.removeprefix("data: ") for f in frames]}


def parse(command):
    kind = TYPES[command["as"]]
    value = kind.validate_json(command["json"], strict=False)
    return {"dump": kind.dump_json(value, by_alias=True, exclude_none=True).decode()}


async def main():
    server = Scripted(Memory(), Shelf())
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = await step(server, command) if command["op"] == "step" else parse(command)
        except Exception as e:  # the caller decides whether it is one
            answer = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
