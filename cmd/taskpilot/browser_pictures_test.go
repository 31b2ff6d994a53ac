package main

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/handlers"
)

const explained = "A quadratic equation $ax^2 + bx + c = 0$ is solved by\n\n$$\nx = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}\n$$\n\n" +
	"| Discriminant | Real roots |\n|---|--:|\n| $D > 0$ | 2 |\n| $D = 0$ | 1 |\n| $D < 0$ | 0 |\n\n" +
	"```go\n// roots returns the real roots of ax² + bx + c.\nfunc roots(a, b, c float64) []float64 {\n\td := b*b - 4*a*c\n\tif d < 0 {\n\t\treturn nil\n\t}\n\treturn []float64{(-b + math.Sqrt(d)) / (2 * a), (-b - math.Sqrt(d)) / (2 * a)}\n}\n```\n"

// TestBrowserPictures draws the pictures of the README: `make screenshots`.
func TestBrowserPictures(t *testing.T) {
	w := newWeb(t, nil)
	b := w.open(desktop)
	b.signUp("Ann")
	for _, words := range []string{"Add: call the dentist tomorrow at 5", "Add milk, bread and apples for Friday", "List my tasks"} {
		b.run(b.ctx, say(words), wait(`!document.querySelector("[data-pending]")`), answered("completed"))
	}
	b.run(b.ctx, wait(theWidget), chromedp.Blur(`#content`))
	b.shot("chat")

	model := openaitest.New(t)
	model.Always(openaitest.Text(explained))
	w = newWeb(t, model, "OPENAI_MODELS=test-model=Fast,large-model=Thorough", "TRANSCRIBE_MODEL=whisper-1")
	b = w.open(desktop)
	b.scheme("dark")
	b.signUp("Ann")
	b.run(b.ctx, say("How do I solve a quadratic equation, and how in Go?"), answered("completed"), wait(`document.querySelector(".answer math")`), chromedp.Blur(`#content`))
	b.shot("answer")

	gallery := httptest.NewServer(handlers.Gallery())
	t.Cleanup(gallery.Close)
	b = (&web{t: t, url: gallery.URL}).open(desktop)
	b.run(b.ctx, chromedp.Navigate(gallery.URL+"/#widget-form"), wait(`document.readyState === "complete"`),
		do(`document.querySelectorAll("[data-toast]").forEach((el) => el.remove()); document.getElementById("widget-form").scrollIntoView()`))
	b.still("widgets")
}
