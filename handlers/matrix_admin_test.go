package handlers

import "net/url"

// adminCalls are the calls of the administration and of invitations.
func adminCalls() map[string]call {
	return map[string]call{
		"GET /invite/:invite":  {owner: 404, foreign: 404, nobody: 404}, // there is none
		"POST /invite/:invite": {form: url.Values{"password": {"x"}}, owner: 404, foreign: 404, nobody: 403},
		// The owner is the first person of the server, who looks after it.
		"GET /admin":                         {owner: 200, foreign: 404},
		"GET /admin/people":                  {owner: 200, foreign: 404},
		"POST /admin/people/invite":          {form: url.Values{"email": {"new@example.com"}}, owner: 200, foreign: 404},
		"GET /admin/people/:person":          {owner: 200, foreign: 404},
		"POST /admin/people/:person/role":    {form: url.Values{"role": {"user"}}, owner: 409, foreign: 404}, // their own
		"POST /admin/people/:person/disable": {owner: 409, foreign: 404},
		"POST /admin/people/:person/enable":  {owner: 409, foreign: 404},
		"POST /admin/people/:person/limits":  {form: url.Values{"messages": {"0"}}, owner: 303, foreign: 404},
		"POST /admin/invites/:invite/revoke": {owner: 404, foreign: 404},
		"GET /admin/models":                  {owner: 200, foreign: 404},
		"POST /admin/models":                 {owner: 303, foreign: 404},
		"GET /admin/audit":                   {owner: 200, foreign: 404},
	}
}
