package views

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// blockTemplates are the blocks that answers are made of.
var blockTemplates = []string{
	"A paragraph with **bold**, `code`, a [link](https://example.org/a?b=c&d) and\na second line.\n\n",
	"# Heading\n", "### Heading right before text\nThe text.\n\n",
	"- one\n- two\n  - nested\n- three\n\n",
	"1. first\n\n   with a paragraph\n2. second\n\n",
	"- [x] done\n- [ ] open\n\n",
	"```go\nfunc main() {\n\n\tprintln(\"hi\")\n}\n```\n",
	"~~~\n```\nno fence\n```\n~~~\n\n",
	"> a quote\n> - with a list\n\n> another\n\n",
	"| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | `4` |\n\n",
	"Here it is:\n```python\nprint('x')\n```\nand after.\n\n",
	"- item:\n  ```sh\n  ls\n\n  cd\n  ```\n- next\n\n",
	"---\n\n", "Setext\n======\n\n", "    indented code\n\n    more\n\n",
	"5\n\n12 monkeys\n\n-5 degrees\n\n", "<b>raw</b> & <script>alert(1)</script>\n\n",
	"![alt](https://example.org/x.png) ~~gone~~ https://example.org\n\n",
}

func randomDocument(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(12) {
		b.WriteString(blockTemplates[r.IntN(len(blockTemplates))])
	}
	doc := b.String()
	if r.IntN(2) == 0 { // half break off somewhere
		doc = doc[:r.IntN(len(doc)+1)]
	}
	return doc
}

// streamed renders the document as it would arrive.
func streamed(doc string, next func() int) (blocks string, tail string, count int) {
	m, limit := renderers(), endless()
	var s splitter
	var out strings.Builder
	for len(doc) > 0 {
		n := min(next(), len(doc))
		s.write([]byte(doc[:n]))
		doc = doc[n:]
		for block := range s.closed() {
			out.WriteString(m.block(block, limit))
			count++
		}
	}
	return out.String(), m.block(s.tail(), limit), count
}

func TestBlocksAddUpToTheWhole(t *testing.T) {
	t.Parallel()
	const documents = 1500
	split := 0
	for seed := range uint64(documents) {
		r := rand.New(rand.NewPCG(seed, 1))
		doc := randomDocument(r)
		blocks, tail, count := streamed(doc, func() int { return 1 + r.IntN(24) })
		split += count
		want, _ := renderers().whole([]byte(doc), endless(), nil)
		if got := blocks + tail; got != want {
			t.Fatalf("seed %d: %q\n got %s\nwant %s", seed, doc, got, want)
		}
	}
	if split < documents {
		t.Errorf("only %d blocks were closed before the end: nothing was tested", split)
	}
}

func TestHowTextArrivesDoesNotMatter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		doc := randomDocument(rand.New(rand.NewPCG(seed, 2)))
		whole, wholeTail, _ := streamed(doc, func() int { return len(doc) })
		bytewise, byteTail, _ := streamed(doc, func() int { return 1 })
		if whole+wholeTail != bytewise+byteTail {
			t.Fatalf("seed %d: %q", seed, doc)
		}
	}
}

func TestListMarkerWaitsUntilItIsSure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		whole bool
		n     int
		sure  bool
	}{
		{"-", false, 0, false}, {"12", false, 0, false}, {"12.", false, 0, false},
		{"- ", false, 1, true}, {"12. ", false, 3, true}, {"-5", false, 0, true},
		{"12 ", false, 0, true}, {"1234567890. ", false, 0, true}, {"-", true, 0, true},
	} {
		t.Run(fmt.Sprint(c.text, c.whole), func(t *testing.T) {
			t.Parallel()
			if n, sure := listMarker([]byte(c.text), c.whole); n != c.n || sure != c.sure {
				t.Errorf("got %d %v, want %d %v", n, sure, c.n, c.sure)
			}
		})
	}
}
