package main

import (
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
)

var mailedReset = regexp.MustCompile(`http://\S+/reset\?token=\S+`)

// TestBrowserAccount is what a person does whose phone was lost: sign it out from
// elsewhere, then choose another password, and in the end leave.
func TestBrowserAccount(t *testing.T) {
	post := mailtest.New(t)
	w := newWeb(t, nil, "SMTP_URL="+post.URL())
	b, lost := w.open(desktop), w.open(phone)
	b.signUp("Ann")
	signIn := func(password string) step {
		return chromedp.Steps(chromedp.Navigate(w.url+"/signin"), chromedp.SendKeys(`[name=email]`, "ann@example.com"),
			chromedp.SendKeys(`[name=password]`, password+"\r"), wait(`location.pathname === "/chat" && document.readyState === "complete"`))
	}
	lost.run(lost.ctx, signIn("correct horse 9"))
	b.run(b.ctx, chromedp.Navigate(w.url+"/settings/security"), wait(`document.querySelectorAll(".row").length === 2`), has("This browser"),
		chromedp.Click(`form[action="/settings/sessions/end"] button`), has("All other browsers and programs are signed out."))
	lost.run(lost.ctx, wait(`location.pathname === "/signin"`)) // by itself, while nobody touches it

	lost.run(lost.ctx, chromedp.Click(`a[href="/forgot"]`), chromedp.WaitVisible(`[name=email]`),
		chromedp.SendKeys(`[name=email]`, "ann@example.com\r"), has("is on its way"))
	link := mailedReset.FindString(post.Next(t).Text)
	lost.run(lost.ctx, chromedp.Navigate(link), chromedp.SendKeys(`[name=password]`, "another good phrase\r"), has("Your password is changed."))
	b.run(b.ctx, wait(`location.pathname === "/signin"`))
	post.Next(t) // which tells about it

	b.run(b.ctx, signIn("another good phrase"), chromedp.Navigate(w.url+"/settings/tokens"),
		chromedp.SendKeys(`[name=name]`, "script"), chromedp.Click(`[name=scopes][value=tasks]`), chromedp.Click(`.settings-form .button-primary`),
		has("Your new token"), wait(`document.querySelector(".share-link .field").value.startsWith("tp_")`))
	b.run(b.ctx, chromedp.Navigate(w.url+"/settings/data"), chromedp.SendKeys(`[name=confirm]`, "ann@example.com"),
		chromedp.SendKeys(`[name=current_password]`, "another good phrase"), chromedp.Click(`.button-danger`), has("Your account is deleted"),
		chromedp.Navigate(w.url+"/chat"), wait(`location.pathname === "/signin"`))
}
