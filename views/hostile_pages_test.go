package views_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/viewstest"
)

// ours are the fields that have what the server made: addresses, ids and kinds.
var ours = strings.Fields("ID ThreadID ItemID ActorID SubjectID URL Link Earlier Action Back Path Secret Icon")

// spoiled is a T with the text in everything that came from somebody.
func spoiled[T any](x string) T {
	var v T
	fillWith(reflect.ValueOf(&v).Elem(), x, "")
	return v
}

func fillWith(v reflect.Value, x, name string) {
	switch v.Kind() {
	case reflect.String:
		for _, field := range ours {
			if name == field {
				v.SetString("/ours")
				return
			}
		}
		v.SetString(x)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_700_000_000, 0)))
			return
		}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				fillWith(v.Field(i), x, field.Name)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillWith(v.Index(0), x, name)
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		fillWith(value, x, name)
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range strings.Fields("name email title password current_password file scopes days confirm passkeys content") {
			v.SetMapIndex(reflect.ValueOf(key), value)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Pointer:
		if v.Type().Elem().PkgPath() == reflect.TypeFor[views.Chat]().PkgPath() {
			v.Set(reflect.New(v.Type().Elem()))
			fillWith(v.Elem(), x, name)
		}
	}
}

// pagesWith are the pages besides the chat and the tasks, where somebody's text
// can be: what was imported or found, what others are shown, what was on record.
func pagesWith(x string) map[string]templ.Component {
	list := views.ThreadList{} // the sidebar is on the chat's page, too
	transcript := views.Transcript{Title: x, Items: append(hostileTurn(x).Items, views.TurnItem{Item: &chatkit.WidgetItem{CopyText: x}})}
	pages := map[string]templ.Component{
		"shared":        views.SharedPage(transcript),
		"file":          views.TranscriptFile(transcript),
		"share":         views.SharePage(spoiled[views.Share](x), spoiled[views.Viewer](x), list),
		"search":        views.SearchPage(spoiled[views.Search](x), list),
		"more hits":     views.SearchMore(spoiled[views.Search](x)),
		"palette":       views.PaletteDialog(spoiled[views.Palette](x)),
		"all chats":     views.ShelfPage(spoiled[views.Shelf](x), list),
		"undo":          views.UndoPage(spoiled[views.Undo](x), spoiled[views.Viewer](x), list),
		"undone":        views.UndoToast(spoiled[views.Undo](x)),
		"people":        views.AdminPeoplePage(spoiled[views.AdminPeople](x), list),
		"account":       views.AdminAccountPage(spoiled[views.AdminAccount](x), list),
		"models":        views.AdminModelsPage(spoiled[views.AdminModels](x), list),
		"audit":         views.AdminAuditPage(spoiled[views.AdminAudit](x), list),
		"health":        views.AdminHealthPage(spoiled[views.AdminHealth](x), list),
		"data":          views.DataPage(spoiled[views.Data](x), list),
		"security":      views.SecurityPage(spoiled[views.Security](x), list),
		"tokens":        views.APITokensPage(spoiled[views.APITokens](x), list),
		"invitation":    views.InvitePage(spoiled[views.InviteForm](x)),
		"rename":        views.RenameRow(spoiled[views.ThreadLink](x), true, x),
		"conversations": views.ThreadListFragment(spoiled[views.ThreadList](x)),
	}
	for _, state := range []string{"ready", "running", "done", "failed", views.ImportStopped} {
		i := spoiled[views.Import](x)
		i.State = state
		pages["import "+state] = views.ImportPage(i, spoiled[views.Viewer](x), list)
	}
	settings := spoiled[views.Settings](x)
	settings.Languages = views.LanguageChoice{Chosen: x}
	pages["settings"] = views.SettingsPage(settings, list)
	return pages
}

func TestHostileTextIsInertOnEveryPage(t *testing.T) {
	t.Parallel()
	for name, page := range pagesWith("a needle") {
		if !strings.Contains(drawn(t, page), "a needle") {
			t.Errorf("the page %s shows nothing that came from somebody", name)
		}
	}
	corpus := viewstest.HostileTexts()
	const parts = 8
	for part := range parts {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			for i := part; i < len(corpus); i += parts {
				for name, page := range pagesWith(corpus[i]) {
					doc := drawn(t, page)
					if name == "file" { // it brings its own style, and a policy
						_, doc, _ = strings.Cut(doc, "</style>")
					}
					if bad := viewstest.Harmful(doc); bad != "" {
						t.Errorf("%q on the page %s: %s", corpus[i], name, bad)
					}
				}
			}
		})
	}
}
