package rig

import (
	"bytes"
	"math"
	"strings"
	"sync/atomic"
)

// proseTexts is how many different answers there are that are given at once.
const proseTexts = 32

// Prose is the answers that are given at once, of so many deltas each: a word
// with the mark before it and a space after it. Every server gives the same, one
// after the other. The words are as frequent as those of a language, where the
// second is half as frequent as the first, the tenth a tenth: of 2,000 words some
// 600 are different, and the frequent ones are short.
func Prose(deltas int) [][]string {
	const vocabulary = 1500
	texts := make([][]string, proseTexts)
	random := uint64(1) // always the same
	for i := range texts {
		for range deltas {
			random = random*6364136223846793005 + 1442695040888963407 // Knuth's
			at := float64(random>>11) / (1 << 53)
			texts[i] = append(texts[i], string(stampMark)+word(int(math.Pow(vocabulary, at)))+" ")
		}
	}
	return texts
}

// word makes the nth word, from 1, of syllables.
func word(n int) string {
	const consonants, vowels = "tnshrdlcmwfgypbvk", "eaoiu"
	var b strings.Builder
	for ; n > 0; n /= len(consonants) {
		b.WriteByte(consonants[n%len(consonants)])
		b.WriteByte(vowels[n%len(vowels)])
	}
	return b.String()
}

// prose hands the texts out.
type prose struct {
	texts [][]string
	given atomic.Int64
}

func newProse(deltas int) *prose { return &prose{texts: Prose(deltas)} }

func (p *prose) next() []string { return p.texts[int(p.given.Add(1))%len(p.texts)] }

// Deltas counts those of Prose in b.
func Deltas(b []byte) int64 { return int64(bytes.Count(b, []byte{stampMark})) }

// Unmarked is a whole answer, which must not look like deltas.
func Unmarked(text string) string { return strings.ReplaceAll(text, string(stampMark), "") }
