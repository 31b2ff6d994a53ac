package views_test

import (
	"context"
	"html"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

func shownTurn(ctx context.Context, t *testing.T, turn views.Turn) string {
	t.Helper()
	var b strings.Builder
	if err := views.TurnView(turn).Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(b.String())
}

// A failed answer tells why in the reader's language, also with a number or a name
// in it; words that nobody knows stay.
func TestFailuresAreToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"TaskPilot can't reach the model server. Please try again; if it stays so, ask whoever runs this TaskPilot whether it is running.": "TaskPilot erreicht den Modellserver nicht. Bitte versuche es noch einmal; wenn es so bleibt, frage den Betreiber dieses TaskPilot, ob er läuft.",
		"The model server is busy. Please try again in 5 seconds.":                                                                         "Der Modellserver ist ausgelastet. Bitte versuche es in 5 Sekunden noch einmal.",
		"The model server doesn't accept TaskPilot's key. Ask whoever runs this TaskPilot to check OPENAI_API_KEY.":                        "Der Modellserver nimmt den Schlüssel von TaskPilot nicht an. Bitte den Betreiber dieses TaskPilot, OPENAI_API_KEY zu prüfen.",
		"There is no model “x.y” here. Choose one of these, and send your message again: a, b.":                                            "Ein Modell „x.y“ gibt es hier nicht. Wähle eines von diesen, und schicke deine Nachricht noch einmal: a, b.",
		"This conversation has become too long for the model. Please go on in a new chat.":                                                 "Dieses Gespräch ist für das Modell zu lang geworden. Bitte mach in einem neuen Chat weiter.",
		"Words of an assistant of one's own. And more.":                                                                                    "Words of an assistant of one's own. And more.",
	} {
		languages, err := locale.Load()
		if err != nil {
			t.Fatal(err)
		}
		turn := views.Turn{RunID: "run_1", ThreadID: "thr_1", Status: views.StatusFailed, ErrorMessage: message}
		german := shownTurn(locale.With(t.Context(), languages.Find("de")), t, turn)
		if !strings.Contains(german, want) {
			t.Errorf("got %q, want %q", german, want)
		}
		if english := shownTurn(t.Context(), t, turn); !strings.Contains(english, message) {
			t.Errorf("got %q, want %q", english, message)
		}
	}
}

// TestTheDaysShareIsToldInTheReadersLanguage, as a failure of an answer and as a
// notice beside it; what only resembles it stays.
func TestTheDaysShareIsToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string]string{
		"You have used today's 9000 tokens. There is more in 3 hours; your chats stay as they are.":           "Du hast die 9000 Tokens von heute verbraucht. In 3 Stunden gibt es neue; deine Chats bleiben, wie sie sind.",
		"You have used today's 9000 tokens. There is more in an hour; your chats stay as they are.":           "In einer Stunde gibt es neue;",
		"You have used today's 20 messages. There is more in less than an hour; your chats stay as they are.": "Du hast die 20 Nachrichten von heute verbraucht. In weniger als einer Stunde gibt es neue;",
		"About 120 tokens are left for today; a token is some four letters, read or written.":                 "Für heute bleiben etwa 120 Tokens;",
		"Two more messages are left for today.":                                                               "Für heute bleiben noch zwei Nachrichten.",
		"You have used today's tokens. There is more in my pocket.":                                           "You have used today's tokens. There is more in my pocket.",
	} {
		for _, l := range languages.All() {
			ctx := locale.With(t.Context(), l)
			failed := shownTurn(ctx, t, views.Turn{RunID: "run_1", ThreadID: "thr_1", Status: views.StatusFailed, ErrorMessage: message})
			var b strings.Builder
			if err := views.NoticeToast(chatkit.Notice{Level: "info", Message: message}).Render(ctx, &b); err != nil {
				t.Fatal(err)
			}
			for place, shown := range map[string]string{"failure": failed, "notice": html.UnescapeString(b.String())} {
				english := strings.Contains(strings.ReplaceAll(shown, "’", "'"), message)
				if l.Code == "de" && !strings.Contains(shown, want) || english != (l.Code == "en" || message == want) {
					t.Errorf("%s in %s: %s", place, l.Code, shown)
				}
			}
		}
	}
}
