package main

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Who is in Tokyo says nine and reads nine, to the built-in assistant as on the page
// of tasks, without having set anything.
func TestBrowserTimesAreLocal(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.run(b.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Tokyo"})
		return err
	}))
	b.signUp("Ann")
	b.run(b.ctx, chromedp.SendKeys(`#content`, "add call gran tomorrow at 9\r"), has(", 09:00."),
		chromedp.Navigate(w.url+"/tasks"), has("Due: Tomorrow, 09:00"))
}
