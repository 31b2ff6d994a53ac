// Package mcp lets an assistant use tools of MCP servers (Model Context
// Protocol), over streamable HTTP or as programs on this machine, through the
// official SDK.
//
// A server is configured by the operator. What a tool says about itself is read
// by every person's model, so the operator approves each description once; a
// tool whose description has changed is not there until it is approved again.
// What a tool does is up to the person who talks: unless a tool says that it only
// reads, they are asked before each call.
//
// Servers are not trusted: answers are capped, calls end in time, redirects are
// not followed, a server that is down costs a turn nothing, and what they say
// about themselves beyond their tools is not shown to models. Nothing that is
// secret in the configuration is logged.
//
// All people share one connection to a server, which has the operator's rights
// there and no person's.
package mcp
