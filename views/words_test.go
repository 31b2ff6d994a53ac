package views_test

import (
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

func TestRenderedMarkdownIsLabelledInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	const source = "```go\nx := 1 // >Copy<\n```\n"
	ctx := locale.With(views.Unhurried(t.Context()), languages.Find("ar"))
	word := locale.T(ctx, "Copy")
	html := views.Markdown(ctx, source)
	if word == "Copy" || !strings.Contains(html, ">"+word+"</button>") || strings.Contains(html, ">Copy</button>") {
		t.Errorf("the button is not in Arabic: %s", html)
	}
	if english := views.Markdown(views.Unhurried(t.Context()), source); !strings.Contains(english, ">Copy</button>") {
		t.Errorf("the button is not in English: %s", english)
	}
}
