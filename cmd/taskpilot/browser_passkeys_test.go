package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// named lets a server be reached by a name: passkeys take no numbers.
func (w *web) named() {
	w.handlers.PublicURL.Host = "localhost:" + w.handlers.PublicURL.Port()
	w.url = w.handlers.PublicURL.String()
}

// keyring gives a tab a device that keeps passkeys, and whose owner is there.
func (b *browser) keyring(tab context.Context) webauthn.AuthenticatorID {
	b.t.Helper()
	_, err := chromedp.Call(tab, webauthn.Enable, webauthn.EnableParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	made, err := chromedp.Call(tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		b.t.Fatal(err)
	}
	return made.AuthenticatorID
}

// TestBrowserPasskeys is a person who signs in without the password.
func TestBrowserPasskeys(t *testing.T) {
	w := newWeb(t, nil)
	w.friend = w.handlers.PublicURL.Host
	w.named()
	b := w.open(phone)
	b.signUp("Ann")
	keys := b.keyring(b.ctx)
	verified := func(yes bool) step {
		return chromedp.Func(func(context.Context, *chromedp.Target) error {
			_, err := chromedp.Call(b.ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: keys, IsUserVerified: yes})
			return err
		})
	}
	const press = `[data-passkey] button:enabled`
	leave := chromedp.Steps(chromedp.Navigate(w.url+"/tasks"), do(`document.querySelector("form[data-signout]").requestSubmit()`))
	quiet := chromedp.Func(func(context.Context, *chromedp.Target) error {
		_, err := chromedp.Call(b.ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
			Source: `PublicKeyCredential.isConditionalMediationAvailable = undefined`})
		return err
	})
	b.run(b.ctx, chromedp.Navigate(w.url+"/settings/security"), chromedp.Click(`a[href="/settings/passkeys/new"]`), chromedp.WaitVisible(press),
		verified(false), chromedp.Click(press), has("It was cancelled, or took too long."),
		verified(true), chromedp.Click(press), has("The passkey is added."), has("Never used"),
		chromedp.Navigate(w.url+"/settings/passkeys/new"), chromedp.Click(press), has("This device has a passkey for your account already."))

	// The browser suggests it for the address field, and this device takes that at
	// once. A browser that suggests nothing has the button.
	b.run(b.ctx, leave, wait(`location.pathname === "/chat"`), quiet) // by way of /signin, perhaps too fast to be seen
	b.run(b.ctx, verified(false), leave, wait(`location.pathname === "/signin"`), chromedp.Click(press), has("It was cancelled, or took too long."),
		verified(true), chromedp.Click(press), wait(`location.pathname === "/chat"`))
	b.run(b.ctx, chromedp.Navigate("http://"+w.friend+"/signin"), has("only at "+w.url), wait(`!document.querySelector("[data-passkey]").checkVisibility()`))

	b.run(b.ctx, chromedp.Navigate(w.url+"/settings/security"), has("Last used: just now"),
		chromedp.Click(`form[action$="/remove"] button`), has("The passkey is removed."),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { // the device hears of it
			for {
				kept, err := chromedp.Call(b.ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: keys})
				if err != nil || len(kept.Credentials) == 0 {
					return err
				}
				select {
				case <-ctx.Done():
					return fmt.Errorf("the device keeps %d passkeys", len(kept.Credentials))
				case <-time.After(20 * time.Millisecond):
				}
			}
		}))
}
