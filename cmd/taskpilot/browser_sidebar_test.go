package main

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// foldKeys is Ctrl+Shift+S.
var foldKeys = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	press := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "S", Code: "KeyS", WindowsVirtualKeyCode: 83, Modifiers: 2 | 8}
	_, err := chromedp.Call(ctx, input.DispatchKeyEvent, press)
	return err
})

// The sidebar can be folded away beside a wide page, until it is wanted again, in
// both directions of writing.
func TestBrowserFoldsTheSidebar(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	const inside, outside = `#sidebar [data-fold]`, `.topbar [data-fold]`
	folded := wait(`!document.querySelector("#sidebar").checkVisibility() && document.querySelector("#main").clientWidth > innerWidth - 40 && document.querySelector(%q).checkVisibility()`, outside)
	open := wait(`document.querySelector("#sidebar").checkVisibility() && document.querySelector("#main").clientWidth < innerWidth - 200 && !document.querySelector(%q).checkVisibility()`, outside)
	onButton := func(button string) step { return wait(`document.activeElement.matches(%q)`, button) }
	b.run(b.ctx, open, chromedp.Focus(inside), enter, folded, onButton(outside), enter, open, onButton(inside),
		chromedp.Click(inside), folded, chromedp.Reload(), wait(`document.readyState === "complete"`), folded)
	b.shot("sidebar-folded")
	b.run(b.ctx, chromedp.Navigate(w.url+"/tasks"), wait(`document.querySelector("#tasks")`), folded, chromedp.Click(outside), open,
		chromedp.Navigate(w.url+"/chat"), wait(`document.readyState === "complete"`), open,
		chromedp.SendKeys(`#content`, "half a thought"), foldKeys, folded, wait(`document.activeElement.id === "content"`))
	other := b.tab()
	b.run(other, chromedp.Navigate(w.url+"/tasks"), folded, foldKeys, open)
	b.run(b.ctx, open)

	b.run(b.ctx, chromedp.Navigate(w.url+"/settings"), chromedp.SetValue(`#language-choice`, "ar"), chromedp.Click(`form[action="/settings/language"] button`),
		wait(`document.documentElement.dir === "rtl" && document.readyState === "complete"`), open, foldKeys, folded)
	b.shot("sidebar-folded-rtl")

	// On a phone it is a drawer, whatever is remembered.
	b.run(b.ctx, chromedp.EmulateViewport(phone.width, phone.height), wait(`![...document.querySelectorAll("[data-fold]")].some((el) => el.checkVisibility())`),
		chromedp.Click(`.topbar [data-drawer=open]`, chromedp.NodeVisible), wait(`document.querySelector("#sidebar").checkVisibility({ visibilityProperty: true })`))
}

// On a Mac the hints name its key; elsewhere, and in the words of a page without
// scripts, it is Ctrl.
func TestBrowserNamesTheKeyOfAMac(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	hint := func(words string) step {
		return wait(`document.querySelector("#sidebar .keys").innerText.trim() === %q`, words)
	}
	keys := func(words string) step {
		return wait(`[...document.querySelectorAll("main .shortcut-list dd")].map((dd) => dd.innerText.replace(/\s+/g, " ")).includes(%q)`, words)
	}
	platform := func(name string) {
		p := emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0", Platform: name}
		if _, err := chromedp.Call(b.ctx, emulation.SetUserAgentOverride, p); err != nil {
			t.Fatal(err)
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, features); err != nil {
			t.Fatal(err)
		}
		platform("Linux x86_64")
		b.run(b.ctx, chromedp.Navigate(w.url+"/shortcuts"), hint("Ctrl K"), keys("Ctrl K"), keys("Ctrl Shift S"))
		b.shot("keys-" + scheme)
		platform("MacIntel")
		b.run(b.ctx, chromedp.Reload(), hint("⌘K"), keys("⌘ K"), keys("⌘ Shift S"))
		b.shot("keys-mac-" + scheme)
	}
}
