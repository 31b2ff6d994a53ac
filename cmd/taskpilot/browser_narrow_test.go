package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/views/locale"
)

// littleRoom are windows in which words have little of it: width by height.
func littleRoom() [][2]int64 { return [][2]int64{{320, 568}, {360, 640}, {390, 664}, {768, 600}} }

// TestBrowserFinePrintStaysClear of the path and the plane that are drawn behind
// the page for signing in, in every language and however short the window is.
func TestBrowserFinePrintStaysClear(t *testing.T) {
	b := newWeb(t, nil).open(phone)
	for i, l := range allLanguages(t) {
		accept := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": l.Code}}
		if _, err := chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, accept); err != nil {
			t.Fatal(err)
		}
		b.scheme([]string{"light", "dark"}[i%2])
		for _, size := range append(littleRoom(), [2]int64{1280, 600}, [2]int64{1920, 700}) {
			for _, page := range []string{"signin", "signup"} {
				b.run(b.ctx, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(b.web.url+"/"+page))
				crossed := eval[bool](b, b.ctx, `(() => {
					const print = document.createRange(); print.selectNodeContents(document.querySelector(".fine-print"));
					const words = print.getBoundingClientRect(), path = document.querySelector(".sky-path"), on = path.getScreenCTM();
					const inside = (p) => p.x > words.left - 4 && p.x < words.right + 4 && p.y > words.top && p.y < words.bottom;
					const plane = document.querySelector(".sky-plane").getBoundingClientRect();
					if (plane.left < words.right && plane.right > words.left && plane.top < words.bottom && plane.bottom > words.top) return true;
					for (let at = 0; at <= path.getTotalLength(); at += 2) if (inside(path.getPointAtLength(at).matrixTransform(on))) return true;
					return false;
				})()`)
				if crossed {
					t.Errorf("%s %s at %d×%d: the fine print is crossed", l.Code, page, size[0], size[1])
				}
				b.run(b.ctx, chromedp.Evaluate[chromedp.Void](`scrollTo(0, document.body.scrollHeight)`))
				b.shot(fmt.Sprintf("narrow-%s-%s-%d", page, l.Code, size[0]))
			}
		}
	}
}

// TestBrowserTaskFiltersFit: what the page of tasks offers to write and to choose
// can be read in every language, from the narrowest phone on, and the two lists
// stand in one row or below each other, but not one of them beside the search.
func TestBrowserTaskFiltersFit(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(phone)
	b.signUp("Ann")
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), chromedp.SendKeys(`#new-title`, "Milk\r"), has("Milk"))
	for i, l := range allLanguages(t) {
		b.scheme([]string{"light", "dark"}[i%2])
		b.run(b.ctx, chromedp.EmulateViewport(1000, 900), chromedp.Navigate(w.url+"/settings"), chromedp.SetValue(`#language-choice`, l.Code),
			chromedp.Click(`form[action="/settings/language"] button`), has(locale.T(locale.With(t.Context(), l), "The pages are in this language now.")))
		for _, size := range littleRoom() {
			b.run(b.ctx, chromedp.EmulateViewport(size[0], size[1], chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(w.url+"/tasks"),
				wait(`document.readyState === "complete" && document.querySelector("#filter-priority")`))
			cut := eval[string](b, b.ctx, `(() => {
				const paper = document.createElement("canvas").getContext("2d"), cut = [];
				for (const el of document.querySelectorAll("#new-title, #filter-text, .filter-select")) {
					const style = getComputedStyle(el), words = el.placeholder || el.selectedOptions[0].text;
					paper.font = style.font;
					if (paper.measureText(words).width > el.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) + 1) cut.push(words);
				}
				const top = (id) => Math.round(document.getElementById(id).getBoundingClientRect().top);
				if (top("filter-due") === top("filter-text") && top("filter-priority") !== top("filter-due")) cut.push("the lists are torn apart");
				if (new Set([...document.querySelectorAll(".filters .filter")].map((el) => Math.round(el.getBoundingClientRect().top))).size > 1) cut.push("the states take two rows");
				return cut.join("; ");
			})()`)
			if cut != "" {
				t.Errorf("%s at %d: cut: %s", l.Code, size[0], cut)
			}
			b.shot(fmt.Sprintf("narrow-tasks-%s-%d", l.Code, size[0]))
		}
	}
}

func allLanguages(t *testing.T) []*locale.Language {
	t.Helper()
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return languages.All()
}
