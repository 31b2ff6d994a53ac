package views

import "time"

// galleryOrigin is where passkeys work, in the gallery.
const galleryOrigin = "https://chat.example.com"

// settingsStates are the pages of the settings, and those around passwords.
func settingsStates() []State {
	you, list := galleryYou, galleryList("")
	days := func(n int) time.Time { return galleryNow.AddDate(0, 0, n) }
	security := Security{Viewer: you, HasPassword: true, Now: galleryNow, Sessions: []Session{
		{ID: "a1", Browser: "Firefox", System: "Linux", Network: "192.0.2.7", At: days(-3), Seen: galleryNow, Here: true},
		{ID: "b2", Browser: "Safari", System: "iOS", Network: "2001:db8:85a3::", At: days(-20), Seen: galleryNow.Add(-3 * time.Hour)},
		{ID: "c3", At: days(-40), Seen: days(-12)}},
		Programs: []Program{{ID: "fam_1", At: days(-1)}},
		Passkeys: Passkeys{Origin: galleryOrigin, List: []Passkey{
			{ID: "pky_1", Name: "Apple Passwords", At: days(-30), UsedAt: galleryNow.Add(-5 * time.Hour)},
			{ID: "pky_2", Name: "The key on my keyring", At: days(-2)},
			{ID: "pky_3", Name: "Edge on Windows", At: days(-90), UsedAt: days(-60), Copied: true}}}}
	refused := security
	refused.Errors = map[string]string{"current_password": "This is not your password. Check it and try again.", "passkeys": "You could not sign in any more without it. Set a password or add another way to sign in first."}
	changed := Security{Viewer: you, Now: galleryNow, Sessions: security.Sessions[:1], Done: "password"}
	tokens := APITokens{Viewer: you, Now: galleryNow, Tokens: []APIToken{
		{ID: "pat_1", Name: "Backup script", Scopes: []string{"read"}, At: days(-30), Ends: days(60), UsedAt: galleryNow.Add(-20 * time.Minute)},
		{ID: "pat_2", Name: "Kitchen display", Scopes: []string{"chat", "tasks"}, At: days(-3)},
		{ID: "pat_3", Name: "Old laptop", Scopes: []string{"tasks"}, At: days(-99), Ends: days(-9), UsedAt: days(-10), Over: true}}}
	made := APITokens{Viewer: you, Now: galleryNow, Made: "tp_made-up-for-the-gallery-0123456789", Tokens: tokens.Tokens[1:2]}
	bad := APITokens{Viewer: you, Now: galleryNow, Form: APITokenForm{Name: "x", Days: "30", Errors: map[string]string{"scopes": "Choose at least one thing that the token is good for."}}}
	return []State{
		{"page-settings", true, SettingsPage(Settings{Viewer: you, Name: you.Name, Email: you.Email, ByMail: true}, list)},
		{"page-settings-waiting", true, SettingsPage(Settings{Viewer: you, Name: you.Name, Email: you.Email, ByMail: true, Waiting: "ada@example.net"}, list)},
		{"page-settings-refused", true, SettingsPage(Settings{Viewer: you, Name: you.Name, Email: "ada@", Errors: map[string]string{"email": "This is not an e-mail address. Write it like name@example.com."}}, list)},
		{"page-settings-security", true, SecurityPage(security, list)},
		{"page-settings-security-refused", true, SecurityPage(refused, list)},
		{"page-settings-security-changed", true, SecurityPage(changed, list)},
		{"page-settings-tokens", true, APITokensPage(tokens, list)},
		{"page-settings-tokens-made", true, APITokensPage(made, list)},
		{"page-settings-tokens-refused", true, APITokensPage(bad, list)},
		{"page-settings-data", true, DataPage(Data{Viewer: you, HasPassword: true, Imports: []Import{{ID: "imp_1", Format: "ChatGPT", State: "done", At: galleryNow}}}, list)},
		{"page-settings-data-refused", true, DataPage(Data{Viewer: you, Errors: map[string]string{"confirm": "This is not your address. Type it as it is shown, if you really want to delete your account."}}, list)},
		{"page-confirm", true, ConfirmPage(Confirm{Viewer: you, Action: "/settings/email", Fields: []Field{{"email", "ada@example.net"}}, HasPassword: true, Back: "/settings", Problem: "This is not your password. Check it and try again."})},
		{"page-confirm-without-password", true, ConfirmPage(Confirm{Viewer: you, Action: "/settings/email", Back: "/settings", Ways: []Way{{"Sign in with Example", "/signin"}}})},
		{"page-confirm-passkey", true, ConfirmPage(Confirm{Viewer: you, Action: "/settings/email", Fields: []Field{{"email", "ada@example.net"}}, HasPassword: true, PasskeyOrigin: galleryOrigin, Back: "/settings"})},
		{"page-confirm-only-passkey", true, ConfirmPage(Confirm{Viewer: you, Action: "/settings/email", PasskeyOrigin: galleryOrigin, Back: "/settings", Problem: "This passkey was not accepted. Try again, or sign in another way."})},
		{"page-passkey-new", true, NewPasskeyPage(NewPasskey{Viewer: you, Origin: galleryOrigin})},
		{"page-passkey-new-refused", true, NewPasskeyPage(NewPasskey{Viewer: you, Origin: galleryOrigin, Problem: "This took too long, or was sent twice. Try again."})},
		{"page-forgot", true, ForgotPage(Forgot{ByMail: true})},
		{"page-forgot-no-mail", true, ForgotPage(Forgot{})},
		{"page-forgot-sent", true, ForgotPage(Forgot{ByMail: true, Sent: true, Email: you.Email})},
		{"page-reset", true, ResetPage(Reset{Token: "token"})},
		{"page-reset-old", true, ResetPage(Reset{})},
		{"page-reset-done", true, ResetPage(Reset{Done: true})},
		{"page-confirm-email", true, ConfirmEmailPage(ConfirmEmail{Token: "token", Email: "ada@example.net"})},
		{"page-signup-sent", true, SignUpSent("ada@example.net")},
		{"page-confirm-signup", true, ConfirmSignUpPage(ConfirmSignUp{Token: "token", Email: "ada@example.net"})},
		{"page-confirm-signup-elsewhere", true, ConfirmSignUpPage(ConfirmSignUp{Token: "token", Email: "ada@example.net", AskPassword: true})},
		{"page-confirm-signup-old", true, ConfirmSignUpPage(ConfirmSignUp{})},
		{"page-farewell", true, FarewellPage()},
	}
}
