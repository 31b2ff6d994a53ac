package viewstest_test

import (
	"testing"

	"github.com/taskpilot/taskpilot/views/viewstest"
)

// The oracle must see what it is for.
func TestHarmIsSeen(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`<img src=x onerror=a>`, `<a href="javascript:x">`, `<iframe>`, `<p style="color:red">`, `<div hx-on:click=x>`, `<b>`, `<img src="//e">`, `<a href="//e">`, `<p data-css="background:url(x)">`, `<p data-css="a:b;}">`, `<form action="//e">`, `<script src="https://e">`, `<a href="data:text/html,x">`, `<button formaction=x>`, `<path fill="url(#a)">`} {
		if viewstest.Harmful(bad) == "" {
			t.Errorf("%s passes", bad)
		}
	}
	for _, good := range []string{`<a href="https://example.org">`, `<p data-css="width:10px;color:light-dark(oklch(0.5 0.1 20),rgb(var(--ink) / .5))">`, `<img src="data:image/png;base64,AA==">`} {
		if bad := viewstest.Harmful(good); bad != "" {
			t.Errorf("%s: %s", good, bad)
		}
	}
}
