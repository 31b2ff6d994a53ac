package views_test

import (
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/views"
)

func TestFormulasAreDrawn(t *testing.T) {
	t.Parallel()
	for source, parts := range map[string][]string{
		`Euler: $e^{i\pi} + 1 = 0$.`:                                          {"Euler: <math>", "<msup>", "<mi>π</mi>", "</math>."},
		`so \(a_1\le b\) holds`:                                               {"<msub>", "<mo>≤</mo>", "</math> holds"},
		"Text:\n$$\n\\frac{a}{b}\n+ c\n$$\nmore":                              {`<div class="math"><math display="block">`, "<mfrac>", ">more</p>"},
		"\\[ \\sum_{i=1}^n i \\]":                                             {"<munderover>", "∑"},
		"in line $$x$$ here":                                                  {`<math display="block">`},
		`$\sqrt[3]{x}$ and $\sqrt2$`:                                          {"<mroot>", "<msqrt>"},
		`$\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}$`:                          {"<mtable", "<mtd>", `<mo stretchy="true">(</mo>`},
		"$$\n\\begin{aligned}\na &= b \\\\\n&= c\n\\end{aligned}\n$$":         {`class="math-right"`, `class="math-left"`},
		`$f(x)=\begin{cases}1 & \text{if } x>0\\ 0 & \text{else}\end{cases}$`: {"<mtext>if\u00a0</mtext>"},
		`$x \in \mathbb{R}^n$`:                                                {"ℝ"},
		`$\left( \frac12 \right)^2$`:                                          {`<mo stretchy="true">(</mo>`, "<mn>1</mn>", "<mn>2</mn>"},
		`$f'(x)$, $\hat{y}$, $\not\in$, $3.14$`:                               {"′", `accent="true"`, "∈\u0338", "<mn>3.14</mn>"},
		"- item $a*b*c$\n- $x_1$ and $x_2$":                                   {"<li>item <math>", "∗", "<msub>"},
		"> $$\n> x\n> $$":                                                     {"<blockquote dir=", `<math display="block">`},
		`$\sin x \cdot \log_2 n$`:                                             {"<mi>sin</mi><mspace", "⋅"},
	} {
		got := views.Markdown(views.Unhurried(t.Context()), source)
		for _, part := range parts {
			if !strings.Contains(got, part) {
				t.Errorf("%s: no %s in %s", source, part, got)
			}
		}
		if strings.Contains(got, "<em>") || strings.Contains(got, "<code>") {
			t.Errorf("%s is not drawn: %s", source, got)
		}
	}
}

func TestWhatIsNoFormulaStaysText(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"It costs $5 or $6, US$7 or 8$.": "<p dir=\"auto\">It costs $5 or $6, US$7 or 8$.</p>\n",
		"Set $HOME and $PATH.":           "<p dir=\"auto\">Set $HOME and $PATH.</p>\n",
		`\$x\$ and $ y $`:                "<p dir=\"auto\">$x$ and $ y $</p>\n",
		"`$x$`":                          "<p dir=\"auto\"><code>$x$</code></p>\n",
		"$$\nnever closed\n\nmore":       "<p dir=\"auto\">$$\nnever closed</p>\n<p dir=\"auto\">more</p>\n",
		`$\foo{<b>}$`:                    "<p dir=\"auto\"><code>\\foo{&lt;b&gt;}</code></p>\n",
		`$x^2^3$ $\frac{1}$ ${$`:         "<p dir=\"auto\"><code>x^2^3</code> <code>\\frac{1}</code> <code>{</code></p>\n",
		`$x$5`:                           "<p dir=\"auto\">$x$5</p>\n",
	} {
		if got := views.Markdown(views.Unhurried(t.Context()), source); got != want {
			t.Errorf("%q:\n%s\nwant\n%s", source, got, want)
		}
	}
}

func TestFormulasHaveBudgets(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"deep":       "$" + strings.Repeat("{", 1500) + strings.Repeat("}", 1500) + "$",
		"deep roots": "$" + strings.Repeat(`\sqrt`, 700) + "x$",
		"scripts":    "$" + strings.Repeat("x^{", 900) + "x" + strings.Repeat("}", 900) + "$",
		"dollars":    strings.Repeat("$a ", 5000),
		"brackets":   strings.Repeat(`\(`, 8000),
		"doubles":    strings.Repeat("$$ ", 5000),
		"many":       strings.Repeat("$x_1^2$ ", 2000),
		"long":       "$$\n" + strings.Repeat("x+", 3000) + "y\n$$",
		"tables":     "$" + strings.Repeat(`\begin{matrix}`, 200) + "$",
	} {
		start := time.Now()
		got := views.Markdown(t.Context(), source)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s takes %v", name, took)
		} else {
			t.Logf("%s: %v for %d bytes, %d out", name, took, len(source), len(got))
		}
		if strings.Count(got, "<mrow>") > 40000 {
			t.Errorf("%s makes %d rows", name, strings.Count(got, "<mrow>"))
		}
	}
}

func FuzzFormula(f *testing.F) {
	for _, seed := range []string{`\frac{a}{b}`, `\left(\begin{cases}x&y\\z\end{cases}\right.`, `x^{a_b}'`, `\mathbb{R}\text{a $b$}`, `\sqrt[`, `\`, `\\[`, "\\\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tex string) {
		for _, source := range []string{"$" + tex + "$", "$$\n" + tex + "\n$$", `\(` + tex + `\)`} {
			got := views.Markdown(t.Context(), source)
			if strings.Count(got, "<math") != strings.Count(got, "</math>") || strings.Count(got, "<mrow>") != strings.Count(got, "</mrow>") {
				t.Errorf("%q is not balanced: %s", source, got)
			}
		}
	})
}
