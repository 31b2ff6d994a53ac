package handlers

import (
	"net/url"
	"testing"

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
	ann.do("GET", "/api/v1/tasks/none", nil).want(404).has("There is nothing here") // programs read English
	ann.post("/settings/language", url.Values{"language": {""}}).want(303)
	ann.do("GET", "/tasks", nil, "Accept-Language", "de").want(200).has(german)
}
