package locale_test

import (
	"slices"
	"testing"

	"github.com/taskpilot/taskpilot/views/locale"
)

func TestNumbersHaveTheFormsOfTheLanguage(t *testing.T) {
	t.Parallel()
	numbers := []int{0, 1, 2, 3, 11, 100}
	for code, want := range map[string][]string{
		"en":      {"0 steps", "1 step", "2 steps", "3 steps", "11 steps", "100 steps"},
		"de":      {"0 Schritte", "1 Schritt", "2 Schritte", "3 Schritte", "11 Schritte", "100 Schritte"},
		"fr":      {"0 étape", "1 étape", "2 étapes", "3 étapes", "11 étapes", "100 étapes"},
		"es":      {"0 pasos", "1 paso", "2 pasos", "3 pasos", "11 pasos", "100 pasos"},
		"pt-BR":   {"0 etapa", "1 etapa", "2 etapas", "3 etapas", "11 etapas", "100 etapas"},
		"ja":      {"0 ステップ", "1 ステップ", "2 ステップ", "3 ステップ", "11 ステップ", "100 ステップ"},
		"zh-Hans": {"0 个步骤", "1 个步骤", "2 个步骤", "3 个步骤", "11 个步骤", "100 个步骤"},
		"hi":      {"0 चरण", "1 चरण", "2 चरण", "3 चरण", "11 चरण", "100 चरण"},
		"ar":      {"0 خطوة", "خطوة واحدة", "خطوتان", "3 خطوات", "11 خطوة", "100 خطوة"},
		"ur":      {"0 مراحل", "1 مرحلہ", "2 مراحل", "3 مراحل", "11 مراحل", "100 مراحل"},
	} {
		l := load(t).Find(code)
		if l == nil {
			t.Fatalf("there is no %s", code)
		}
		ctx := locale.With(t.Context(), l)
		var got []string
		for _, n := range numbers {
			got = append(got, locale.Tn(ctx, n, "%d step", "%d steps"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
}

// A page looks up hundreds of texts: a look-up allocates nothing.
func TestLookingUpAllocatesNothing(t *testing.T) {
	ctx := locale.With(t.Context(), load(t).Find("ar"))
	if n := testing.AllocsPerRun(100, func() { locale.T(ctx, "New chat"); locale.Tc(ctx, "verb", "Archive") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if locale.T(ctx, "New chat") == "New chat" {
		t.Error("it is not translated")
	}
}
