package handlers

import (
	"net/url"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestPagesAreInTheBrowsersLanguage(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	for header, want := range map[string]string{
		"": `<html lang="en" dir="ltr">`, "de-AT": `<html lang="de" dir="ltr">`, "sv, ar;q=0.5": `<html lang="ar" dir="rtl">`,
	} {
		s.nobody().do("GET", "/signin", nil, "Accept-Language", header).want(200).has(want)
		s.nobody().do("GET", "/nowhere", nil, "Accept-Language", header).want(404).has(want)
	}
}

func TestLanguageIsThePersonsOwn(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user, other := modelstest.User(t, s.db, "ann@example.com"), modelstest.User(t, s.db, "ben@example.com")
	ann, ben := s.browser(user), s.browser(other)
	const german, urdu = `<html lang="de" dir="ltr">`, `<html lang="ur" dir="rtl">`
	ann.post("/settings/language", url.Values{"language": {"ur"}}).want(303)
	ann.do("GET", "/tasks", nil, "Accept-Language", "de").want(200).has(urdu)
	ann.do("GET", "/nowhere", nil, "Accept-Language", "de").want(404).has(urdu)
	ann.do("GET", "/settings", nil).want(200).has(`<option value="ur" lang="ur" dir="rtl" selected>`)
	ben.do("GET", "/tasks", nil, "Accept-Language", "de").want(200).has(german)
	s.browser(user).do("GET", "/chat", nil).want(200).has(urdu) // in every browser of hers
	ann.post("/settings/language", url.Values{"language": {"tlh"}}).want(400)
	ann.do("GET", "/tasks", nil).want(200).has(urdu)
	ann.do("GET", "/api/v1/tasks/none", nil).want(404).has("یہاں کچھ نہیں")                                              // as a page's script shows it
	s.program(user).do("GET", "/api/v1/tasks/none", nil, "Accept-Language", "ur").want(404).has("There is nothing here") // programs read English
	ann.post("/settings/language", url.Values{"language": {""}}).want(303)
	ann.do("GET", "/tasks", nil, "Accept-Language", "de").want(200).has(german)
}

// Why a file is not taken is said in the person's language, by the page and by
// the scripts of a page; programs read English.
func TestRefusedFilesInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, program := s.browser(user), s.program(user)
	const english = "Files of this kind are not taken: web pages. Attach a picture"
	program.upload("page.html", []byte("<html>")).want(415).has(english)
	ann.upload("page.html", []byte("<html>")).want(415).has(english)
	ann.post("/settings/language", url.Values{"language": {"de"}}).want(303)
	ann.upload("page.html", []byte("<html>")).want(415).has("Dateien dieser Art werden nicht angenommen: Webseiten. Hänge ein Bild").lacks("web pages")
	ann.upload("cat.png", []byte("\x89PNG\r\n\x1a\n")).want(400).has("Das Bild kann nicht gelesen werden")
	program.upload("page.html", []byte("<html>")).want(415).has(english)

	ann.do("POST", importPath, form("notes.txt", []byte("nothing of the kind"))).want(400).has("Das ist kein Export, den TaskPilot lesen kann.")
	ann.do("GET", ann.bring("chats.json", importSample), nil).want(200).has("Es hat keine Nachrichten.").lacks("It has no messages.")
}

// The built-in assistant answers in the person's language, or their browser's, on
// the page and to a program of theirs; English is for those who ask for nothing else.
func TestAnswersAreInThePersonsLanguage(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = assistant.NewBuiltin(NewTasks(o.DB, nil), assistant.BuiltinOptions{}) })
	ann, ben := modelstest.User(t, s.db, "ann@example.com"), modelstest.User(t, s.db, "ben@example.com")
	say := func(v *visitor, text string, headers ...string) *reply {
		return v.do("POST", "/api/"+v.user.ID+"/chat", map[string]any{"content": text}, headers...).want(200)
	}
	say(s.program(ann), "Füge Milch kaufen morgen um 17 Uhr hinzu", "Accept-Language", "de-AT,en;q=0.5").has("**Milch kaufen** steht jetzt auf deiner Liste, fällig: ")
	say(s.program(ann), "list my tasks").has("You have 1 task:")
	s.browser(ann).post("/settings/language", url.Values{"language": {"ar"}}).want(303)
	say(s.program(ann), "اعرض مهامي", "Accept-Language", "de").has("لديك مهمة واحدة:")
	say(s.program(ben), "Zeige meine Aufgaben", "Accept-Language", "sv, ja;q=0.5").has("リストは空です")

	s.browser(ben).post("/tasks", url.Values{"title": {"Mama anrufen morgen um 5, hohe Priorität"}}, "HX-Request", "true", "Accept-Language", "de").want(200).has("Hinzugefügt: Mama anrufen.")
}
