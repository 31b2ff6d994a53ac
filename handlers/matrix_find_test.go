package handlers

import (
	"maps"
	"net/url"
)

// calls has every route. A route that is not here fails the test.
func calls() map[string]call {
	all := mostCalls()
	maps.Copy(all, findCalls())
	maps.Copy(all, adminCalls())
	maps.Copy(all, transferCalls())
	maps.Copy(all, passkeyCalls())
	maps.Copy(all, oidcCalls())
	return all
}

// findCalls are the calls of the routes by which people find chats again.
func findCalls() map[string]call {
	return map[string]call{
		"GET /chats":                 {owner: 200, foreign: 200},
		"GET /archived":              {owner: 200, foreign: 200},
		"POST /chats":                {form: url.Values{"do": {"archive"}, "thread": {":thread"}}, owner: 303, foreign: 404},
		"GET /undo":                  {owner: 303, foreign: 303}, // nothing was done
		"POST /undo":                 {form: url.Values{"do": {"archive"}, "thread": {":thread"}}, owner: 303, foreign: 409},
		"GET /search":                {owner: 200, foreign: 200},
		"GET /palette":               {owner: 200, foreign: 200},
		"GET /palette/results":       {owner: 200, foreign: 200},
		"GET /api/v1/chatkit/search": {owner: 200, foreign: 200},
	}
}
