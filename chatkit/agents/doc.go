// Package agents turns what a language model streams into ChatKit events: its
// thoughts and searches become a workflow, its text a message with citations, its
// drawings generated images.
//
// A decoder reads a model server's own stream and yields [Event] values, which
// belong to no server; [Responses] is the one for OpenAI's Responses API. A
// [Translator] takes them, and what the app itself has to say, and emits
// [chatkit.Event] values:
//
//	t := agents.NewTranslator(emit, agents.Options{})
//	decoder := agents.Responses{}
//	for raw := range stream { // the JSON of each server-sent event
//		err := decoder.Decode(raw, t.Apply)
//		…
//	}
//	err := t.Finish()
//
// What the official Python SDK (openai-chatkit, agents.py) does with the same
// stream, a Translator with the zero Options does too. UPSTREAM.md lists where it
// differs.
package agents
