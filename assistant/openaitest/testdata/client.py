"""Calls a server with the official client, as told on standard input: one JSON
command a line, {"base": url, "do": name}. Each is answered with one line of JSON:
what the client made of the server's answer."""

import io
import json
import sys

import openai

TOOL = {"name": "add_task", "description": "adds a task", "parameters": {"type": "object", "properties": {}}}
ASK = [{"role": "user", "content": "hello there"}]


def usage(got, into, prompt, completion):
    if got is not None:
        into["usage"] = f"{getattr(got, prompt)}/{getattr(got, completion)}"


def chat_stream(client, out):
    calls = {}
    with client.chat.completions.create(
        model="m", messages=ASK, stream=True, stream_options={"include_usage": True},
        tools=[{"type": "function", "function": TOOL}],
    ) as stream:
        for chunk in stream:
            usage(chunk.usage, out, "prompt_tokens", "completion_tokens")
            for choice in chunk.choices:
                delta = choice.delta
                out["text"] += delta.content if isinstance(delta.content, str) else ""
                out["refusal"] += delta.refusal or ""
                out["thought"] += getattr(delta, "reasoning_content", None) or ""
                for a in getattr(delta, "annotations", None) or []:
                    out["cites"].append(a["url_citation"]["url"])
                for call in delta.tool_calls or []:
                    one = calls.setdefault(call.index, ["", ""])
                    one[0] += call.function.name or ""
                    one[1] += call.function.arguments or ""
                out["finish"] = choice.finish_reason or out["finish"]
    out["calls"] = [" ".join(calls[i]) for i in sorted(calls, key=lambda i: i or 0)]


def chat_whole(client, out):
    got = client.chat.completions.create(model="m", messages=ASK)
    message = got.choices[0].message
    out["text"], out["refusal"] = message.content or "", message.refusal or ""
    out["thought"] = getattr(message, "reasoning_content", None) or ""
    out["cites"] = [a.url_citation.url for a in message.annotations or []]
    out["calls"] = [f"{c.function.name} {c.function.arguments}" for c in message.tool_calls or []]
    out["finish"] = got.choices[0].finish_reason
    usage(got.usage, out, "prompt_tokens", "completion_tokens")


def response(got, out):
    out["finish"] = got.incomplete_details.reason if got.incomplete_details else got.status
    usage(got.usage, out, "input_tokens", "output_tokens")
    out["text"] = out["thought"] = out["refusal"] = ""
    for item in got.output:
        if item.type == "message":
            for part in item.content:
                if part.type == "refusal":
                    out["refusal"] += part.refusal
                    continue
                out["text"] += part.text
                out["cites"] += [a.url if a.type == "url_citation" else a.filename for a in part.annotations]
        elif item.type == "reasoning":
            out["thought"] += "".join(s.text for s in item.summary)
        elif item.type == "function_call":
            out["calls"].append(f"{item.name} {item.arguments}")
        elif item.type == "web_search_call":
            out["searches"].append(item.action.query + " " + " ".join(s.url for s in item.action.sources))
        elif item.type == "file_search_call":
            out["searches"].append(item.queries[0] + " " + " ".join(r.filename for r in item.results))
        elif item.type == "image_generation_call":
            out["image"] = item.result


def responses_stream(client, out):
    deltas = {"response.output_text.delta": "text", "response.refusal.delta": "refusal",
              "response.reasoning_summary_text.delta": "thought", "response.function_call_arguments.delta": "arguments"}
    streamed, last = {k: "" for k in deltas.values()}, None
    with client.responses.create(model="m", input="hello there", stream=True, tools=[{"type": "function", **TOOL}]) as stream:
        for event in stream:
            if event.type in deltas:
                streamed[deltas[event.type]] += event.delta
            elif event.type == "response.image_generation_call.partial_image":
                out["partials"] += 1
            elif event.type == "error":
                out["error"] = "event " + event.code
            elif event.type in ("response.completed", "response.incomplete", "response.failed"):
                last = event.response
    if last is None:
        out["text"] = streamed["text"]
        return
    response(last, out)
    whole = {"text": out["text"], "refusal": out["refusal"], "thought": out["thought"],
             "arguments": "".join(c.split(" ", 1)[1] for c in out["calls"])}
    if streamed != whole:
        out["error"] = f"streamed {streamed}, but the whole is {whole}"


def responses_whole(client, out):
    response(client.responses.create(model="m", input=ASK), out)


def run(client, out):
    beta = client.beta
    assistant = beta.assistants.create(model="m", tools=[{"type": "function", "function": TOOL}])
    assert beta.assistants.retrieve(assistant.id).id == assistant.id
    thread = beta.threads.create(messages=[{"role": "user", "content": "hello "}])
    beta.threads.messages.create(thread.id, role="user", content=[{"type": "text", "text": "there"}])
    got = beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=1)
    if got.status == "requires_action":
        wanted = got.required_action.submit_tool_outputs.tool_calls
        out["calls"] = [f"{c.function.name} {c.function.arguments}" for c in wanted]
        got = beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=got.id, thread_id=thread.id, poll_interval_ms=1,
            tool_outputs=[{"tool_call_id": c.id, "output": "done"} for c in wanted])
    out["finish"] = got.status
    if got.last_error:
        out["finish"] += " " + got.last_error.code
    if got.incomplete_details:
        out["finish"] += " " + got.incomplete_details.reason
    usage(got.usage, out, "prompt_tokens", "completion_tokens")
    for message in beta.threads.messages.list(thread.id, run_id=got.id, order="asc"):
        for part in message.content:
            out["text"] += part.text.value
            out["cites"] += [a.file_citation.file_id for a in part.text.annotations]
    assert beta.threads.delete(thread.id).deleted


def cancel(client, out):
    beta = client.beta
    thread = beta.threads.create()
    beta.threads.messages.create(thread.id, role="user", content="hello there")
    begun = beta.threads.runs.create(thread.id, assistant_id="asst")
    beta.threads.runs.cancel(run_id=begun.id, thread_id=thread.id)
    out["finish"] = beta.threads.runs.poll(run_id=begun.id, thread_id=thread.id, poll_interval_ms=1).status


def models(client, out):
    out["text"] = " ".join(m.id for m in client.models.list()) + " " + client.models.retrieve("test-model").id
    client.models.retrieve("another")


def transcribe(client, out):
    out["text"] = client.audio.transcriptions.create(model="m", file=("a.webm", io.BytesIO(b"sound"))).text


def draw(client, out):
    out["image"] = client.images.generate(model="m", prompt="a cat").data[0].b64_json


def main():
    doing = {f.__name__: f for f in (chat_stream, chat_whole, responses_stream, responses_whole, run, cancel, models, transcribe, draw)}
    official = openai.OpenAI(api_key="key", max_retries=0)
    for line in sys.stdin:
        command = json.loads(line)
        out = {"text": "", "thought": "", "refusal": "", "calls": [], "cites": [], "searches": [], "image": "", "partials": 0,
               "finish": "", "usage": "", "error": ""}
        client = official.with_options(base_url=command["base"], timeout=command["timeout"])
        try:
            doing[command["do"]](client, out)
        except openai.APIStatusError as err:
            out["error"] = f"{type(err).__name__} {err.status_code} {err.code} {err.response.headers.get('retry-after', '')}".strip()
        except openai.APIError as err:
            out["error"] = type(err).__name__
        except Exception as err:  # what the client lets through, as a broken connection or JSON
            out["error"] = type(err).__name__
        print(json.dumps({k: v for k, v in out.items() if v}, ensure_ascii=False), flush=True)


main()
