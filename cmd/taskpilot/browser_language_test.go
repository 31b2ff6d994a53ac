package main

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/views/locale"
)

// TestBrowserLanguages reads the pages in every language on a phone, and chooses
// each in the settings.
func TestBrowserLanguages(t *testing.T) {
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := newWeb(t, nil).open(phone)
	fits := func(place string) {
		t.Helper()
		if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", place, over)
		}
	}
	in := func(l *locale.Language) step {
		return wait(`document.readyState === "complete" && document.documentElement.lang === %q && document.documentElement.dir === %q`, l.Code, l.Dir)
	}
	for _, l := range languages.All() {
		accept := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": l.Code}}
		if _, err := chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, accept); err != nil {
			t.Fatal(err)
		}
		b.run(b.ctx, chromedp.Navigate(b.web.url+"/signin"), in(l), has(locale.T(locale.With(t.Context(), l), "Welcome back")))
		fits(l.Code + " /signin")
	}
	b.signUp("Ann")
	for _, l := range languages.All() {
		ctx := locale.With(t.Context(), l)
		b.run(b.ctx, chromedp.Navigate(b.web.url+"/settings"), chromedp.SetValue(`#language-choice`, l.Code),
			chromedp.Click(`form[action="/settings/language"] button`), in(l), has(locale.T(ctx, "The pages are in this language now.")))
		fits(l.Code + " /settings")
		b.shot("language-settings-" + l.Code)
		b.run(b.ctx, chromedp.Navigate(b.web.url+"/tasks"), in(l), has(locale.T(ctx, "Your list is empty")))
		fits(l.Code + " /tasks")
		b.run(b.ctx, chromedp.Navigate(b.web.url+"/chat"), in(l), has(locale.T(ctx, "What’s on your mind?")))
		fits(l.Code + " /chat")
		b.shot("language-chat-" + l.Code)
	}
}
