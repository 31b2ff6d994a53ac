package handlers

import (
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
