// Package assistant makes answers: it reads a turn of a conversation and yields
// ChatKit events. It knows nothing of HTTP servers, of databases or of running
// answers.
//
// [Builtin] answers by rules. [Agent] answers with a model: it owns the turn,
// whatever server the model is behind.
//
//		items of the thread ─► input ─► request ─► provider ─► model events ─┬─► agents.Translator ─► ChatKit events
//		                         ▲                                           │
//		                         └────────── outputs ◄── toolLoop ◄── calls ─┘
//
//	  - input.go has what a model reads, in no server's own form ([inputItem]);
//	    input_*.go makes it of a thread's items.
//	  - provider.go has what a model server is to an Agent: one request in, neutral
//	    events ([agents.Event]) out, ending in an [agents.Ended]. Each engine is one:
//	    completions.go, responses.go. upstream*.go is what they share: go-openai's
//	    client over bounds, retries and readable errors.
//	  - tool_loop.go runs what the model calls, within [Limits], and shows it in the
//	    turn's workflow. What a [Tool] is, how it is found and what guards it is in
//	    tools.go: a tool of ours has Run; one with Consent is put before the person
//	    first (consent*.go, [Consents]); one with Client is done by the browser, and the turn
//	    pauses. Tools that come and go are listed for each turn by a [ToolSource].
//	  - [Hooks] are where limits, titles and the choice of the model come in.
package assistant
