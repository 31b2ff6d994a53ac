package views

import "strings"

// pairs reads "name sign name sign …".
func pairs(list string) map[string]string {
	words := strings.Fields(list)
	m := make(map[string]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		m[words[i]] = words[i+1]
	}
	return m
}

var mathLetters = pairs(`
alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ
omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω
Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
infty ∞ partial ∂ nabla ∇ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ wp ℘ imath ı jmath ȷ emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄
top ⊤ bot ⊥ angle ∠ triangle △ square □ Box □ degree ° prime ′ dagger † ddagger ‡ checkmark ✓ complement ∁
ldots … dots … dotsc … cdots ⋯ dotsb ⋯ vdots ⋮ ddots ⋱ % % $ $ # # & & _ _`)

var mathSigns = pairs(`
= = < < > > le ≤ leq ≤ leqslant ⩽ ge ≥ geq ≥ geqslant ⩾ lt < gt > ne ≠ neq ≠ ll ≪ gg ≫ approx ≈ sim ∼ simeq ≃ cong ≅ equiv ≡ propto ∝
prec ≺ succ ≻ preceq ⪯ succeq ⪰ in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈
mid ∣ nmid ∤ parallel ∥ perp ⟂ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ asymp ≍ doteq ≐ triangleq ≜ coloneqq ≔ because ∵ therefore ∴
pm ± mp ∓ times × div ÷ cdot ⋅ ast ∗ star ⋆ circ ∘ bullet ∙ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ setminus ∖ smallsetminus ∖
cup ∪ cap ∩ uplus ⊎ sqcup ⊔ sqcap ⊓ vee ∨ lor ∨ wedge ∧ land ∧ neg ¬ lnot ¬ wr ≀ amalg ⨿ bowtie ⋈ ltimes ⋉ rtimes ⋊
to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ implies ⟹ Leftarrow ⇐ impliedby ⟸ Leftrightarrow ⇔ iff ⟺
longrightarrow ⟶ longleftarrow ⟵ longleftrightarrow ⟷ Longrightarrow ⟹ Longleftarrow ⟸ mapsto ↦ longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩
uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ rightharpoonup ⇀ leftharpoonup ↼
rightleftharpoons ⇌ leadsto ⇝ colon : lbrace { rbrace } { { } } lbrack [ rbrack ] langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉
vert | Vert ‖ lvert | rvert | lVert ‖ rVert ‖ | ‖ backslash \ diamond ⋄ bigcirc ◯ trianglelefteq ⊴ lesssim ≲ gtrsim ≳`)

var mathBig = pairs(`
sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ biguplus ⨄ bigsqcup ⨆`)

// Names that are written upright; those of mathLimits have limits below them.
const (
	mathFunctions = " sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp arg deg dim hom ker "
	mathLimits    = " lim limsup liminf max min sup inf det gcd Pr argmax argmin "
)

var mathSpaces = map[string]string{
	",": space("0.17em"), ":": space("0.22em"), ">": space("0.22em"), ";": space("0.28em"), "!": "", " ": space("0.33em"), "\n": space("0.33em"),
	"quad": space("1em"), "qquad": space("2em"), "thinspace": space("0.17em"), "enspace": space("0.5em"),
}

func space(width string) string { return `<mspace width="` + width + `"></mspace>` }

var mathAccents = map[string]struct{ sign, stretchy string }{
	"hat": {"^", "false"}, "widehat": {"^", "true"}, "bar": {"¯", "false"}, "overline": {"¯", "true"}, "tilde": {"~", "false"}, "widetilde": {"~", "true"},
	"vec": {"→", "false"}, "overrightarrow": {"→", "true"}, "overleftarrow": {"←", "true"}, "dot": {"˙", "false"}, "ddot": {"¨", "false"},
	"check": {"ˇ", "false"}, "breve": {"˘", "false"}, "acute": {"´", "false"}, "grave": {"`", "false"}, "mathring": {"˚", "false"},
}

var mathDelimiters = map[string]string{
	"(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "/": "/", ".": "", "<": "⟨", ">": "⟩", `\{`: "{", `\}`: "}", `\|`: "‖",
	`\lbrace`: "{", `\rbrace`: "}", `\langle`: "⟨", `\rangle`: "⟩", `\lfloor`: "⌊", `\rfloor`: "⌋", `\lceil`: "⌈", `\rceil`: "⌉",
	`\vert`: "|", `\Vert`: "‖", `\lvert`: "|", `\rvert`: "|", `\lVert`: "‖", `\rVert`: "‖", `\backslash`: `\`, `\uparrow`: "↑", `\downarrow`: "↓",
}

// alphabet is where Unicode has a style's letters: from upper, lower and digits
// on, except for those that it had before.
type alphabet struct {
	upper, lower, digits rune
	except               map[string]string
}

var mathAlphabets = map[string]alphabet{
	"mathrm": {'A', 'a', '0', nil}, "mathit": {0x1D434, 0x1D44E, '0', map[string]string{"h": "ℎ"}},
	"mathbf": {0x1D400, 0x1D41A, 0x1D7CE, nil}, "boldsymbol": {0x1D400, 0x1D41A, 0x1D7CE, nil}, "bm": {0x1D400, 0x1D41A, 0x1D7CE, nil},
	"mathsf": {0x1D5A0, 0x1D5BA, 0x1D7E2, nil}, "mathtt": {0x1D670, 0x1D68A, 0x1D7F6, nil},
	"mathbb":   {0x1D538, 0x1D552, 0x1D7D8, pairs("C ℂ H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ")},
	"mathcal":  {0x1D49C, 0x1D4B6, '0', pairs("B ℬ E ℰ F ℱ H ℋ I ℐ L ℒ M ℳ R ℛ e ℯ g ℊ o ℴ")},
	"mathscr":  {0x1D49C, 0x1D4B6, '0', pairs("B ℬ E ℰ F ℱ H ℋ I ℐ L ℒ M ℳ R ℛ e ℯ g ℊ o ℴ")},
	"mathfrak": {0x1D504, 0x1D51E, '0', pairs("C ℭ H ℌ I ℑ R ℜ Z ℨ")},
}

// of returns the letter or digit in this style, "" for anything else.
func (a alphabet) of(r rune) string {
	if s := a.except[string(r)]; s != "" {
		return s
	}
	switch {
	case r >= 'A' && r <= 'Z':
		return string(a.upper + r - 'A')
	case r >= 'a' && r <= 'z':
		return string(a.lower + r - 'a')
	case r >= '0' && r <= '9':
		return string(a.digits + r - '0')
	}
	return ""
}
