package views

// oidcStates are the pages around signing in at a provider.
func oidcStates() []State {
	you, list := galleryYou, galleryList("")
	linked := Security{Viewer: you, Now: galleryNow, Sessions: []Session{{ID: "a1", Browser: "Firefox", System: "Linux", At: galleryNow, Seen: galleryNow, Here: true}},
		Identities: Identities{List: []Identity{
			{ID: "idn_1", Name: "Example", Email: "ada@work.example.com", At: galleryNow.AddDate(0, 0, -30), Used: galleryNow},
			{ID: "idn_2", Name: "id.example.net/realm", At: galleryNow.AddDate(-1, 0, 0), Used: galleryNow.AddDate(0, -2, 0)}}}}
	unlinked := Security{Viewer: you, HasPassword: true, Now: galleryNow, Sessions: linked.Sessions, Identities: Identities{Provider: "Example"}}
	last := linked
	last.Identities.List = last.Identities.List[:1]
	last.Errors = map[string]string{"identities": "You could not sign in any more without it. Set a password or add another way to sign in first."}
	return []State{
		{"page-sign-in-provider", true, SignIn(AuthForm{SignupOpen: true, Provider: "Example", PasskeyOrigin: "https://chat.example.com", Next: "/tasks"})},
		{"page-sign-up-provider", true, SignUp(AuthForm{SignupOpen: true, Provider: "Example"})},
		{"page-settings-security-linked", true, SecurityPage(linked, list)},
		{"page-settings-security-unlinked", true, SecurityPage(unlinked, list)},
		{"page-settings-security-last-way", true, SecurityPage(last, list)},
		{"page-link", true, LinkPage(Link{Viewer: you, Provider: "Example", Email: "ada@work.example.com", Identity: "sealed"})},
		{"page-has-account", true, HasAccountPage(HasAccount{Provider: "Example", Email: you.Email, Next: "/settings/identities/new?identity=sealed"})},
		{"page-flow-problem", true, FlowProblemPage(FlowProblem{Provider: "Example", Message: "It can't be reached right now. Wait a minute and try again, or sign in another way.", Again: "/oidc/signin?next=%2Ftasks", Back: "/signin?next=%2Ftasks"})},
		{"page-confirm-provider", true, ConfirmPage(Confirm{Viewer: you, Action: "/settings/email", HasPassword: true, Back: "/settings", Ways: []Way{{"Continue with Example", "/oidc/prove?next=%2Fsettings"}}})},
	}
}
