// Package chatkit speaks OpenAI's ChatKit protocol: the JSON that a ChatKit
// front end and its server exchange, as the official Python server SDK
// (openai-chatkit 1.6.5) writes and reads it.
//
// A [Thread] is a conversation. It holds items ([Item]): messages, widgets,
// tool calls, workflows. While an answer is made the server streams events
// ([Event]) that add, update and finish items; [Fold] applies them in order and
// ends in the state that a client shows.
//
// # Making a server
//
// [Server] answers requests over a [Store], with what a [Responder] emits through
// its [Turn]; it is an http.Handler. A server whose answers outlive the request
// takes the same pieces by themselves: [DecodeRequest] reads a request, a
// [Planner] checks it against the store and says what it means, [Pending] says
// what each event of the answer means for the store and for the clients and what
// a stopped answer leaves behind, and [Server.Handle] does the requests that are
// not streamed. Package memstore is a Store to begin with, storetest tests one.
//
// Package agents turns what a language model streams into events.
// Packages widget and widgettemplate make widgets; package conform holds a server,
// whatever it is written in, to the protocol. UPSTREAM.md says where the
// behaviour differs from the official server's, and why.
//
// The package imports the standard library only.
//
// # JSON
//
// Absent optional fields are left out, never null; lists and objects that the
// protocol requires are always written, if need be empty. Times are UTC, RFC
// 3339 with Z; a time without a zone is read as UTC. Items, updates, parts,
// sources and workflow steps of a type that this package does not know are kept
// verbatim, so that a newer peer loses nothing on the way through.
package chatkit
