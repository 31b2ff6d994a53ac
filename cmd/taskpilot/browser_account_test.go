package main

import (
	"net/http"
	"regexp"
	"strings"
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

var mailedSignUp = regexp.MustCompile(`http://\S+/confirm-signup\?token=\S+`)

// TestBrowserSignUpByMail is what the second person of a server does, which sends
// mail: sign up, look into the mail, go on from there.
func TestBrowserSignUpByMail(t *testing.T) {
	post := mailtest.New(t)
	w := newWeb(t, nil, "SMTP_URL="+post.URL())
	res, err := http.Post(w.url+"/api/v1/auth/signup", "application/json", strings.NewReader(`{"email":"first@example.com","password":"correct horse 9"}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("the first account: %s", res.Status)
	}
	b := w.open(phone)
	b.run(b.ctx, chromedp.Navigate(w.url+"/signup"),
		chromedp.SendKeys(`[name=name]`, "Ben"), chromedp.SendKeys(`[name=email]`, "ben@example.com"),
		chromedp.SendKeys(`[name=password]`, "correct horse 9\r"), has("A mail is on its way to ben@example.com."))
	link := mailedSignUp.FindString(post.Next(t).Text)
	b.run(b.ctx, chromedp.Navigate(link), wait(`document.querySelector("#email").value === "ben@example.com" && !document.querySelector("[name=current_password]")`),
		chromedp.Click(`form[action="/confirm-signup"] button`), wait(`location.pathname === "/chat" && document.readyState === "complete"`),
		chromedp.Navigate(link), has("This link has been used or is too old."))
}
