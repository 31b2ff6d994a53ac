package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/handlers/oidc/oidctest"
)

// TestBrowserProvider is what a person does who signs in at a provider: says no there,
// then yes, and finds the linked account in the settings; then another, who has an
// account with a password already and links it.
func TestBrowserProvider(t *testing.T) {
	p := oidctest.New(t)
	p.Add("ann@example.com", true)
	p.Add("bob@example.com", true)
	w := newWeb(t, nil, "OIDC_ISSUER="+p.URL, "OIDC_CLIENT_ID="+oidctest.ClientID, "OIDC_CLIENT_SECRET="+oidctest.ClientSecret, "OIDC_NAME=Example")
	p.Trust(w.url)
	w.friend = strings.TrimPrefix(p.URL, "http://")
	button := chromedp.Click(`a[href^="/oidc/signin"]`)
	enter := func(email string) step {
		return chromedp.Steps(chromedp.WaitVisible(`#enter`), chromedp.SendKeys(`[name=email]`, email),
			chromedp.SendKeys(`[name=password]`, oidctest.Password), chromedp.Click(`#enter`))
	}

	ann := w.open(desktop)
	ann.run(ann.ctx, chromedp.Navigate(w.url+"/tasks"), chromedp.WaitVisible(`a[href="/oidc/signin?next=%2Ftasks"]`), button,
		chromedp.WaitVisible(`#deny`), chromedp.Click(`#deny`), has("It was cancelled there"),
		chromedp.Click(`.button-primary`), enter("ann@example.com"), wait(`location.pathname === "/tasks"`),
		chromedp.Navigate(w.url+"/settings/security"), has("Linked accounts"), has("ann@example.com"),
		chromedp.Click(`form[action$="/unlink"] button`), has("You could not sign in any more"))

	bob := w.open(phone)
	bob.signUp("Bob")
	bob.run(bob.ctx, chromedp.Navigate(w.url+"/settings/security"), chromedp.Click(`form[action="/settings/signout"] button`), wait(`location.pathname === "/signin"`),
		button, enter("bob@example.com"), has("There is an account with the address bob@example.com here already"),
		chromedp.SendKeys(`[name=password]`, "correct horse 9\r"), has("Link Example?"),
		chromedp.Click(`form[action="/settings/identities"] button`), has("It is linked."),
		chromedp.Click(`form[action="/settings/signout"] button`), wait(`location.pathname === "/signin"`),
		button, enter("bob@example.com"), wait(`location.pathname === "/chat"`))
}
