package handlers

// unreachableProvider is a provider that never answers: nothing listens there.
func unreachableProvider(o *Options) {
	o.OIDC = &OIDC{Name: "Example", Issuer: "http://127.0.0.1:1", ClientID: "chat", Scopes: []string{"openid"}}
}

// oidcCalls are the calls of the routes by which people sign in at a provider, which
// can't be reached.
func oidcCalls() map[string]call {
	return map[string]call{
		"GET /oidc/signin":                           {owner: 303, foreign: 303, nobody: 503},
		"GET /oidc/link":                             {owner: 503, foreign: 503},
		"GET /oidc/prove":                            {owner: 503, foreign: 503},
		"GET /oidc/callback":                         {owner: 403, foreign: 403, nobody: 403},
		"GET /settings/identities/new":               {owner: 403, foreign: 403},
		"POST /settings/identities":                  {owner: 403, foreign: 403},
		"POST /settings/identities/:identity/unlink": {owner: 303, foreign: 404},
	}
}
