package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// rich is an answer with everything that there is to read.
const rich = "## Roots\n\nA quadratic $ax^2 + bx + c = 0$ has\n\n$$\nx = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}\n$$\n\n" +
	"\\[ A = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}, \\quad \\sum_{i=1}^{n} i = \\frac{n(n+1)}{2} \\]\n\n" +
	"- [x] solved\n- [ ] checked\n\n| Case | Roots |\n|---|--:|\n| $D > 0$ | 2 |\n| $D < 0$ | 0 |\n\n" +
	"```go\nfunc roots(a, b, c float64) (float64, error) {\n\treturn math.Sqrt(b*b - 4*a*c), nil // may be NaN\n}\n```\n\n" +
	"مرحبا، هذا نص عربي مع `code` في وسطه.\n\nIt costs $5 or $6."

func TestBrowserReading(t *testing.T) {
	model := openaitest.New(t)
	model.Always(openaitest.Text(rich))
	w := newWeb(t, model)
	for name, d := range map[string]device{"Ann": desktop, "Ben": phone} {
		b := w.open(d)
		b.signUp(name)
		b.run(b.ctx, say("Explain quadratic equations"), answered("completed"), has("It costs $5 or $6."))
		if n := eval[int](b, b.ctx, `document.querySelectorAll(".answer math").length`); n != 5 {
			t.Errorf("%d formulas", n)
		}
		if dir := eval[string](b, b.ctx, `getComputedStyle([...document.querySelectorAll(".answer p")].find((p) => p.innerText.includes("عربي"))).direction`); dir != "rtl" {
			t.Errorf("the Arabic block runs %s", dir)
		}
		if dir := eval[string](b, b.ctx, `getComputedStyle(document.querySelector(".answer h2 + p, .answer .blocks p")).direction`); dir != "ltr" {
			t.Errorf("the English block runs %s", dir)
		}
		thumb := `.feedback [title="Good answer"]`
		b.run(b.ctx, chromedp.Click(thumb, chromedp.NodeVisible), wait(`document.querySelector(%q).ariaPressed === "true"`, thumb),
			wait(`document.activeElement?.title === "Good answer"`), // the focus stays
			chromedp.Reload(), wait(`document.querySelector(%q)?.ariaPressed === "true"`, thumb))
		for _, scheme := range []string{"light", "dark"} {
			features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, features); err != nil {
				t.Fatal(err)
			}
			b.shot("reading-" + d.name + "-" + scheme)
		}
		b.run(b.ctx, wait(`(document.querySelector("[data-scroll]").scrollTop = 0, true)`), chromedp.Click(`[popovertarget=chat-menu]`))
		b.shot("reading-menu-" + d.name)
		if over := eval[int](b, b.ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", d.name, over)
		}
		b.run(b.ctx, chromedp.Click(`#chat-menu a[href$="/share"]`, chromedp.NodeVisible), has("Create a link"), chromedp.Click(`.panel .button-primary`), wait(`document.querySelector(".share-link input")`))
		b.shot("share-" + d.name)
		link, err := url.Parse(eval[string](b, b.ctx, `document.querySelector(".share-link input").value`))
		if err != nil {
			t.Fatal(err)
		}
		stranger := w.open(d)
		stranger.run(stranger.ctx, chromedp.Navigate(w.url+link.Path), has("Explain quadratic equations"), wait(`document.querySelectorAll("math").length === 5`))
		stranger.shot("shared-" + d.name)
		b.run(b.ctx, chromedp.Click(`form[action$="/unshare"] button`), has("Create a link"))
		stranger.run(stranger.ctx, chromedp.Reload(), wait(`!document.body.innerText.includes("quadratic")`))
	}
}

// longThread gives the person a thread with n questions and answers.
func (w *web) longThread(email string, n int) string {
	w.t.Helper()
	user, err := w.db.UserByEmail(w.t.Context(), email)
	if err != nil {
		w.t.Fatal(err)
	}
	thread, err := w.db.CreateThread(w.t.Context(), user.ID, "Long", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range n {
		a, err := w.db.AcceptMessage(w.t.Context(), models.Message{UserID: user.ID, ThreadID: thread.ID, Owner: w.handlers.Owner, Message: chatkit.NewUserText(fmt.Sprintf("question %d.", i))})
		if err != nil {
			w.t.Fatal(err)
		}
		answer := &chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: fmt.Sprintf("answer %d. ", i) + strings.Repeat("Some *words*. ", 20)}},
			ItemBase: chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage), ThreadID: thread.ID, CreatedAt: chatkit.At(time.Now())}}
		_, err = w.db.Commit(w.t.Context(), []models.RunBatch{{RunID: a.Run.ID, UserID: user.ID, ThreadID: thread.ID, Owner: w.handlers.Owner,
			Items: []models.ItemChange{{Item: answer}}, End: &models.RunEnd{Status: models.RunCompleted}}})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return thread.ID
}

// A long thread opens at its end; what is older comes as one scrolls up, and the
// line that one reads stays where it is.
func TestBrowserLongThreadKeepsThePlace(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	const n = 1000
	thread := w.longThread("ann@example.com", n)
	b.run(b.ctx, chromedp.Navigate(w.url+"/chat/"+thread), has(fmt.Sprintf("answer %d.", n-1)),
		wait(`(() => { const s = document.querySelector("[data-scroll]"); return s.scrollHeight - s.scrollTop - s.clientHeight < 4 })()`))
	shown := eval[int](b, b.ctx, `document.querySelectorAll(".bubble, .answer").length`)
	if shown > 80 {
		t.Errorf("%d messages at once", shown)
	}
	t.Log(eval[string](b, b.ctx, `(([page], [paint]) => "answered in " + (page.responseEnd - page.requestStart).toFixed(1) + " ms, painted after " + (paint?.startTime.toFixed(0) ?? "some") + " ms, loaded after " +
		page.domContentLoadedEventEnd.toFixed(0) + " ms, " + (page.decodedBodySize / 1024).toFixed(0) + " KB of HTML, " + document.querySelectorAll("*").length + " elements")(
		performance.getEntriesByType("navigation"), performance.getEntriesByName("first-contentful-paint"))`))
	const scroller = `document.querySelector("[data-scroll]")`
	for range 3 {
		before := eval[int](b, b.ctx, `document.querySelectorAll(".bubble, .answer").length`)
		// The first message is the line that one reads: where it is now, it must be afterwards.
		b.run(b.ctx, wait(`(window.read = document.querySelector(".bubble"), %s.scrollTop = 300, window.was = read.getBoundingClientRect().top, true)`, scroller),
			wait(`document.querySelectorAll(".bubble, .answer").length > %d`, before))
		if moved := eval[float64](b, b.ctx, `Math.abs(read.getBoundingClientRect().top - was)`); moved > 4 {
			t.Errorf("the line moved by %v pixels", moved)
		}
	}
	b.run(b.ctx, chromedp.Click(`[data-jump]`, chromedp.NodeVisible),
		wait(`%s.scrollHeight - %s.scrollTop - %s.clientHeight < 4 && document.querySelector("[data-jump]").hidden`, scroller, scroller, scroller))
	// While an answer comes, the browser leaves alone what is far up, which stays as tall as it was.
	b.run(b.ctx, wait(`(window.turns = [...document.querySelectorAll(".turn")], window.tall = turns.map((turn) => turn.offsetHeight), turns.length > 60)`),
		say("What can you do?"), wait(`document.querySelectorAll(".turn").length > turns.length && getComputedStyle(turns[0]).contentVisibility === "auto"`), answered("completed"),
		wait(`turns.every((turn, i) => !turn.isConnected || turn.offsetHeight === tall[i]) && getComputedStyle(turns.at(-1)).contentVisibility === "visible"`))
}

// Whoever reads further up is left there while the answer grows.
func TestBrowserFollowsOnlyAtTheEnd(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	lines := make([]string, 60)
	for i := range lines {
		lines[i] = fmt.Sprintf("line%d\n\n", i)
	}
	model.Reply(openaitest.Gated(gate, lines...))
	w := newWeb(t, model)
	b := w.open(desktop)
	b.signUp("Ann")
	b.run(b.ctx, say("Go"), wait(`location.pathname.startsWith("/chat/thr_")`))
	next := func(n int) {
		for range n {
			gate <- struct{}{}
		}
	}
	const atEnd = `(() => { const s = document.querySelector("[data-scroll]"); return s.scrollTop > 0 && s.scrollHeight - s.scrollTop - s.clientHeight < 4 })()`
	next(30)
	b.run(b.ctx, has("line29"), wait(atEnd), wait(`(document.querySelector("[data-scroll]").scrollTop = 100, true)`),
		wait(`!document.querySelector("[data-jump]").hidden`))
	next(15)
	b.run(b.ctx, has("line44"))
	if top := eval[float64](b, b.ctx, `document.querySelector("[data-scroll]").scrollTop`); top != 100 {
		t.Errorf("the reader was taken to %v", top)
	}
	b.run(b.ctx, chromedp.Click(`[data-jump]`, chromedp.NodeVisible), wait(atEnd), wait(`document.querySelector("[data-jump]").hidden`))
	next(15)
	b.run(b.ctx, answered("completed"), has("line59"), wait(atEnd))
}
