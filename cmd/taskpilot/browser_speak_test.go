package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/views/locale"
)

// TestBrowserSpeaksTheLanguage talks with the built-in assistant in languages of
// three scripts: what the start screen and the answers suggest works.
func TestBrowserSpeaksTheLanguage(t *testing.T) {
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := newWeb(t, nil).open(phone)
	b.signUp("Ann")
	for _, code := range []string{"de", "ja", "ar"} {
		l := languages.Find(code)
		ctx, example := locale.With(t.Context(), l), l.Meaning("say")
		b.run(b.ctx, chromedp.Navigate(b.web.url+"/settings"), chromedp.SetValue(`#language-choice`, code),
			chromedp.Click(`form[action="/settings/language"] button`), has(locale.T(ctx, "The pages are in this language now.")))
		b.run(b.ctx, chromedp.Navigate(b.web.url+"/chat"), wait(`document.documentElement.lang === %q`, code),
			chromedp.Click(`.suggestion`), answered("completed"))
		b.run(b.ctx, say(example["add call mum tomorrow at 5"]))
		b.run(b.ctx, wait(`document.querySelectorAll("#turns > .turn").length === 2`), answered("completed"))
		b.run(b.ctx, say(example["list my tasks"]))
		b.run(b.ctx, wait(`document.querySelectorAll("#turns > .turn").length === 3`), answered("completed"), has(locale.T(ctx, "Add")))
		text := eval[string](b, b.ctx, `document.querySelector("#turns").innerText`)
		for _, english := range []string{"Added", "You have", "Your list", "Delete", "due", "task"} {
			if slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == ',' }), english) {
				t.Errorf("%s: %q is in %q", code, english, text)
			}
		}
		b.shot("speak-" + code)
	}
}
