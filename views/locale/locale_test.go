package locale_test

import (
	"testing"

	"github.com/taskpilot/taskpilot/views/locale"
)

func load(t testing.TB) *locale.Languages {
	t.Helper()
	ls, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return ls
}

func TestEnglishIsTheTextItself(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for got, want := range map[string]string{
		locale.T(ctx, "New chat"):                                   "New chat",
		locale.Tc(ctx, "verb", "Archive"):                           "Archive",
		locale.Tf(ctx, "Signed in as %s", "Ann"):                    "Signed in as Ann",
		locale.Tn(ctx, 1, "%d task", "%d tasks"):                    "1 task",
		locale.Tn(ctx, 0, "%d task", "%d tasks"):                    "0 tasks",
		locale.Tn(ctx, 1, "One task", "%d tasks"):                   "One task",
		locale.Tn(ctx, 2, "%d of %s", "%d each of %s", "the lists"): "2 each of the lists",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if l := locale.Of(ctx); l.Code != "en" || l.Dir != "ltr" {
		t.Errorf("the language of a context without one is %s, %s", l.Code, l.Dir)
	}
}

func TestTheBrowsersLanguageIsMatched(t *testing.T) {
	t.Parallel()
	ls := load(t)
	for header, want := range map[string]string{
		"": "en", "xx": "en", "sv, da": "en", "de-AT,de;q=0.9,en;q=0.8": "de", "en-US,de;q=0.5": "en",
		"pt": "pt-BR", "pt-PT": "pt-BR", "zh-CN": "zh-Hans", "zh-TW,zh;q=0.9": "zh-Hans", "ar-EG": "ar", "ur-PK": "ur",
		"sv,fr;q=0.4": "fr", ";;;,q=": "en", "es-419": "es", "ja-JP": "ja", "hi-IN": "hi",
	} {
		if got := ls.Match(header).Code; got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}
