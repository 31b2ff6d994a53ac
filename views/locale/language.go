package locale

import (
	"embed"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/hi"
	"github.com/go-playground/locales/ja"
	"github.com/go-playground/locales/pt_BR"
	"github.com/go-playground/locales/ur"
	"github.com/go-playground/locales/zh"
	"github.com/leonelquinteros/gotext"
	"github.com/leonelquinteros/gotext/plurals"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed po/*.po
var catalogues embed.FS

// Language is one language with what is written in it.
type Language struct {
	// Code is the language's tag, as in the attribute lang: "pt-BR".
	Code string
	// Name is what the language calls itself.
	Name string
	// Dir is the direction of its writing: "ltr" or "rtl".
	Dir string

	file     string // of its catalogue, without .po
	dayMonth string // a format of the day's number and the month's name
	formats  locales.Translator
	numbers  *message.Printer

	texts   map[key]string
	plurals map[string][]string // by the text for one
	form    plurals.Expression  // which of them is for a number
}

type key struct{ meaning, text string }

// english is the language of the texts themselves.
var english = &Language{Code: "en", Name: "English", Dir: "ltr", dayMonth: "%[1]d %[2]s", formats: en_GB.New(), numbers: printer("en")}

// supported returns all languages, English first.
func supported() []*Language {
	return []*Language{
		english,
		{Code: "de", Name: "Deutsch", Dir: "ltr", file: "de", dayMonth: "%[1]d. %[2]s", formats: de.New()},
		{Code: "fr", Name: "Français", Dir: "ltr", file: "fr", dayMonth: "%[1]d %[2]s", formats: fr.New()},
		{Code: "es", Name: "Español", Dir: "ltr", file: "es", dayMonth: "%[1]d de %[2]s", formats: es.New()},
		{Code: "pt-BR", Name: "Português", Dir: "ltr", file: "pt", dayMonth: "%[1]d de %[2]s", formats: pt_BR.New()},
		{Code: "ja", Name: "日本語", Dir: "ltr", file: "ja", dayMonth: "%[2]s%[1]d日", formats: ja.New()},
		{Code: "zh-Hans", Name: "简体中文", Dir: "ltr", file: "zh", dayMonth: "%[3]d月%[1]d日", formats: zh.New()},
		{Code: "hi", Name: "हिन्दी", Dir: "ltr", file: "hi", dayMonth: "%[1]d %[2]s", formats: hi.New()},
		{Code: "ar", Name: "العربية", Dir: "rtl", file: "ar", dayMonth: "%[1]d %[2]s", formats: ar.New()},
		{Code: "ur", Name: "اردو", Dir: "rtl", file: "ur", dayMonth: "%[1]d %[2]s", formats: ur.New()},
	}
}

// Languages are those that the pages can be read in.
type Languages struct {
	list    []*Language
	matcher language.Matcher
}

// Load returns what the catalogues have. They are read once: nothing changes them.
func Load() (*Languages, error) { return loaded() }

var loaded = sync.OnceValues(load)

func load() (*Languages, error) {
	ls := &Languages{list: supported()}
	var tags []language.Tag
	for _, l := range ls.list {
		tag, err := language.Parse(l.Code)
		if err != nil {
			return nil, fmt.Errorf("language %s: %w", l.Code, err)
		}
		if err := l.load(); err != nil {
			return nil, fmt.Errorf("language %s: %w", l.Code, err)
		}
		tags = append(tags, tag)
	}
	ls.matcher = language.NewMatcher(tags)
	return ls, nil
}

// All returns the languages, English first.
func (ls *Languages) All() []*Language { return ls.list }

// Find returns the language with this code, nil for none.
func (ls *Languages) Find(code string) *Language {
	for _, l := range ls.list {
		if l.Code == code {
			return l
		}
	}
	return nil
}

// Match returns the language that suits an Accept-Language header best.
func (ls *Languages) Match(acceptLanguage string) *Language {
	_, i := language.MatchStrings(ls.matcher, acceptLanguage)
	return ls.list[i]
}

func (l *Language) load() error {
	if l == english {
		return nil
	}
	l.numbers = printer(l.Code)
	data, err := catalogues.ReadFile("po/" + l.file + ".po")
	if err != nil {
		return err
	}
	po := gotext.NewPo()
	po.Parse(data)
	_, rule, ok := strings.Cut(po.PluralForms, "plural=")
	if !ok {
		return errors.New("the catalogue has no Plural-Forms")
	}
	if l.form, err = plurals.Compile(strings.TrimSuffix(strings.TrimSpace(rule), ";")); err != nil {
		return err
	}
	l.texts, l.plurals = map[key]string{}, map[string][]string{}
	for _, t := range po.GetDomain().GetTranslations() {
		l.add("", t)
	}
	for meaning, list := range po.GetDomain().GetCtxTranslations() {
		for _, t := range list {
			l.add(meaning, t)
		}
	}
	return nil
}

// add keeps a translation, if there is one.
func (l *Language) add(meaning string, t *gotext.Translation) {
	if t.PluralID == "" {
		if t.IsTranslated() {
			l.texts[key{meaning, t.ID}] = t.Trs[0]
		}
		return
	}
	forms := make([]string, len(t.Trs))
	for i := range forms {
		if forms[i] = t.Trs[i]; forms[i] == "" {
			return
		}
	}
	l.plurals[t.ID] = forms
}

func (l *Language) text(meaning, text string) string {
	if translated, ok := l.texts[key{meaning, text}]; ok {
		return translated
	}
	return text
}

func (l *Language) plural(n int, one, other string) string {
	if forms, ok := l.plurals[one]; ok {
		if i := l.form.Eval(uint32(max(n, -n))); i >= 0 && i < len(forms) {
			return forms[i]
		}
	}
	if n == 1 {
		return one
	}
	return other
}
