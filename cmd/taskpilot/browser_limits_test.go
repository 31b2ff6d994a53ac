package main

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// TestBrowserTokensUsedUp: an answer that ends because the day's tokens are used up
// says so in the reader's language, also on a page that is loaded later.
func TestBrowserTokensUsedUp(t *testing.T) {
	for scheme, d := range map[string]device{"light": desktop, "dark": phone} {
		model := openaitest.New(t)
		w := newWeb(t, model, "DAILY_TOKENS=50")
		b := w.open(d)
		b.scheme(scheme)
		b.signUp("Ann")
		b.run(b.ctx, chromedp.Navigate(w.url+"/settings"), chromedp.SetValue(`#language-choice`, "de"),
			chromedp.Click(`form[action="/settings/language"] button`), has("Die Seiten sind jetzt in dieser Sprache."))
		model.Always(openaitest.ToolCall(assistant.ToolAddTask, `{"title":"Spazieren"}`))
		const words = "Du hast die 50 Tokens von heute verbraucht."
		b.run(b.ctx, chromedp.Navigate(w.url+"/chat"), say("Erinnere mich ans Spazieren"), answered("failed"), has(words),
			chromedp.Reload(), answered("failed"), has(words))
		b.shot("tokens-used-up-" + d.name)
	}
}
