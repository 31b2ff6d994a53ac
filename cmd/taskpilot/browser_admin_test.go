package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// open an account by an invitation's link.
func (b *browser) join(link, name string) {
	b.t.Helper()
	b.run(b.ctx, chromedp.Navigate(link), chromedp.SendKeys(`[name=name]`, name), chromedp.SendKeys(`[name=password]`, "correct horse 9\r"),
		wait(`location.pathname === "/chat" && document.readyState === "complete"`))
}

// invite makes an invitation on the page and returns its link.
func (b *browser) invite(email string) string {
	b.t.Helper()
	b.run(b.ctx, chromedp.Navigate(b.web.url+"/admin/people"), chromedp.SendKeys(`#email`, email+"\r"), has("Send this link to "+email), has("Open invitations"))
	b.fits("/admin/people")
	b.shot("admin-invited-" + b.device.name)
	return eval[string](b, b.ctx, `document.querySelector(".share-link input").value`)
}

// person opens the page of one account.
func person(email string) step {
	return chromedp.Steps(chromedp.SendKeys(`#q`, email+"\r"), wait(`location.search.includes("q=") && document.readyState === "complete" && document.querySelectorAll(".admin-row .admin-name").length === 1`),
		chromedp.Click(`.admin-row .admin-name`), wait(`document.querySelector("#limits")`))
}

// TestBrowserAdministration is a server's life: its first person invites somebody,
// makes an administrator of him, who sees after the rest on a phone and puts
// somebody out who is just being answered.
func TestBrowserAdministration(t *testing.T) {
	model, gate := openaitest.New(t), make(chan struct{}, 100)
	model.Reply(openaitest.Gated(gate, words(40)...), openaitest.Text("Once more."))
	w := newWeb(t, model, "OPENAI_MODELS=test-model=Fast,large-model=Thorough")
	ann, ben, cy := w.open(desktop), w.open(phone), w.open(desktop)
	ann.signUp("Ann") // the first one has the role
	ann.run(ann.ctx, chromedp.Click(`.account-button`), chromedp.Click(`#account-menu a[href="/admin"]`, chromedp.NodeVisible), has("Server health"), has("SQLite answers"))
	ann.fits("/admin")
	ann.shot("admin-health-" + ann.device.name)
	link := ann.invite("ben@example.com")
	ben.join(link, "Ben")
	if got := eval[int](ben, ben.ctx, `document.querySelectorAll('#account-menu a[href="/admin"]').length`); got != 0 {
		t.Error("somebody without the role is shown the administration")
	}
	ben.run(ben.ctx, chromedp.Navigate(w.url+"/admin"), has("There is nothing here"))
	cy.run(cy.ctx, chromedp.Navigate(link), has("This invitation was used")) // it opened one account

	// The role, by which a phone becomes an administrator's.
	ann.run(ann.ctx, chromedp.Navigate(w.url+"/admin/people"), person("ben@example.com"), chromedp.Click(`form[action$="/role"] button`), has("Take the role away"))
	ann.shot("admin-person-" + ann.device.name)
	cy.join(ben.invite("cy@example.com"), "Cy")

	// Models and limits.
	cy.run(cy.ctx, wait(`document.querySelectorAll("#model option").length === 2`))
	ben.run(ben.ctx, chromedp.Navigate(w.url+"/admin/models"), chromedp.Click(`.admin-check [value="large-model"]`), chromedp.Click(`.admin-form .button-primary`),
		wait(`document.readyState === "complete" && document.querySelector('.admin-check [value="large-model"]')?.defaultChecked === false`))
	ben.fits("/admin/models")
	ben.shot("admin-models-" + ben.device.name)
	cy.run(cy.ctx, chromedp.Reload(), wait(`document.readyState === "complete" && document.querySelectorAll("#model option").length < 2`))
	ben.run(ben.ctx, chromedp.Navigate(w.url+"/admin/people"), person("cy@example.com"), chromedp.SendKeys(`#messages`, "2"), chromedp.Click(`form[action$="/limits"] button`),
		wait(`document.readyState === "complete" && document.querySelector("#messages")?.defaultValue === "2"`), has("Saved."))
	ben.fits("/admin/people/…")
	ben.shot("admin-person-" + ben.device.name)

	// Out, in the middle of an answer.
	cy.run(cy.ctx, say("Tell me a story"), wait(`location.pathname.startsWith("/chat/thr_")`))
	for range 5 {
		gate <- struct{}{}
	}
	cy.run(cy.ctx, has("word4"))
	ben.run(ben.ctx, chromedp.Click(`form[action$="/disable"] button`), has("Let them in again"))
	began := time.Now()
	cy.run(cy.ctx, wait(`location.pathname === "/signin"`))
	t.Logf("out %v after the page said so", time.Since(began).Round(time.Millisecond))
	signIn := func(arrived string) step {
		return chromedp.Steps(chromedp.Navigate(w.url+"/signin"), chromedp.SendKeys(`[name=email]`, "cy@example.com"), chromedp.SendKeys(`[name=password]`, "correct horse 9\r"), wait(arrived))
	}
	cy.run(cy.ctx, signIn(`document.querySelector("[role=alert]")`))
	ben.run(ben.ctx, chromedp.Click(`form[action$="/enable"] button`), wait(`document.querySelector('form[action$="/disable"]')`))
	cy.run(cy.ctx, signIn(`location.pathname === "/chat"`), chromedp.Click(`.thread-link`), answered("cancelled"), has("word4"),
		say("Again"), answered("completed"), has("Once more."), say("And again"), has("You have used today's 2 messages."), has("Not sent. Take it back to change it."))

	// All of it was recorded.
	ben.run(ben.ctx, chromedp.Navigate(w.url+"/admin/audit"), has("Account disabled"), has("Account enabled"), has("Limits changed"), has("Choice of models changed"),
		has("Role changed"), has("Invitation made"), has("Account opened by invitation"))
	ben.fits("/admin/audit")
	ben.shot("admin-audit-" + ben.device.name)
	ben.run(ben.ctx, chromedp.SetValue(`#kind`, eval[string](ben, ben.ctx, `[...document.querySelectorAll("#kind option")].find((o) => o.text === "Account disabled").value`)), chromedp.Submit(`#kind`),
		wait(`location.search.includes("kind=") && document.readyState === "complete" && document.querySelectorAll(".admin-row").length === 1`), has("Ben"), has("Cy"))
	ben.run(ben.ctx, chromedp.Navigate(w.url+"/admin"), has("Server health"))
	ben.fits("/admin")
	ben.shot("admin-health-" + ben.device.name)
}
