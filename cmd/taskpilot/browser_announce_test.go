package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// listenIn notes what a screen reader would read out by itself: what changes in a
// live region, from the beginning of each page.
const listenIn = `window.spoken = [];
new MutationObserver((changes) => {
	const live = '[aria-live]:not([aria-live=off]), [role=status]:not([aria-live]), [role=alert]:not([aria-live]), [role=log]:not([aria-live]), output';
	const said = new Map();
	for (const { target, addedNodes, type } of changes) {
		const region = (target.closest ? target : target.parentElement)?.closest("[aria-live], [role=status], [role=alert], [role=log], output");
		if (region?.matches(live) && (type === "characterData" || addedNodes.length)) said.set(region, region.textContent.trim());
		for (const el of addedNodes) if (el.matches?.("[role=alert]")) said.set(el, el.textContent.trim());
	}
	for (const [region, text] of said) if (text && region.checkVisibility()) window.spoken.push(text);
}).observe(document, { childList: true, subtree: true, characterData: true })`

const spoken = `window.spoken.join(" | ")`

// An answer that comes in many pieces is read out once, when it is whole; a page
// that is loaded again reads nothing, and goes on with what comes after that.
func TestBrowserAnnouncesAnAnswerOnce(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(50)...), openaitest.Text("Once more."))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	if _, err := chromedp.Call(b.ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: listenIn}); err != nil {
		t.Fatal(err)
	}
	b.run(b.ctx, chromedp.Reload(), wait(`document.readyState === "complete" && window.spoken`), say("Tell me a story"), wait(`location.pathname.startsWith("/chat/thr_")`))
	for i := range 50 {
		gate <- struct{}{}
		if i%10 == 9 && i < 49 {
			b.run(b.ctx, has(strings.TrimSpace(words(50)[i])))
			if got := eval[string](b, b.ctx, spoken); strings.Contains(got, "word") {
				t.Fatalf("in the middle of the answer it says %q", got)
			}
		}
	}
	b.run(b.ctx, answered("completed"), wait(`window.spoken.length > 0`))
	whole := strings.TrimSpace(strings.Join(words(50), ""))
	if got := eval[string](b, b.ctx, spoken); got != whole {
		t.Errorf("it says %q", got)
	}
	b.hasLog()

	// Whatever the page is sent after it was loaded again is here when the next
	// answer is, from another tab.
	b.run(b.ctx, chromedp.Reload(), answered("completed"))
	other := b.tab()
	b.run(other, chromedp.Navigate(eval[string](b, b.ctx, `location.href`)), say("Again"), answered("completed"), has("Once more."))
	b.run(b.ctx, has("Once more."), answered("completed"), wait(`window.spoken.length > 0`))
	if got := eval[string](b, b.ctx, spoken); got != "Once more." {
		t.Errorf("after it was loaded again, the page says %q", got)
	}
}

// hasLog fails the test unless the browser tells assistive technology of a log of
// messages that does not speak by itself, with the answer in it.
func (b *browser) hasLog() {
	b.t.Helper()
	document, err := chromedp.Call(b.ctx, dom.GetDocument, dom.GetDocumentParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	tree, err := chromedp.Call(b.ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{NodeID: document.Root.NodeID, Role: "log"})
	if err != nil || len(tree.Nodes) != 1 {
		b.t.Fatalf("%d logs in the accessibility tree, %v", len(tree.Nodes), err)
	}
	if name := string(tree.Nodes[0].Name.Value); name != `"Messages"` {
		b.t.Errorf("the log is called %s", name)
	}
	for _, p := range tree.Nodes[0].Properties {
		if p.Name == "live" && string(p.Value.Value) != `"off"` {
			b.t.Errorf("the log is live: %s", p.Value.Value)
		}
	}
}
