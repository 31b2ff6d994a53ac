package rig

import "testing"

// TestProseIsLikeLanguage: the answers that are given at once have about as many
// different words as a language, and each delta is counted.
func TestProseIsLikeLanguage(t *testing.T) {
	t.Parallel()
	const deltas = 2000
	for i, text := range Prose(deltas) {
		different, letters := map[string]bool{}, 0
		for _, delta := range text {
			if Deltas([]byte(delta)) != 1 || Unmarked(delta) != delta[1:] {
				t.Fatalf("delta %q", delta)
			}
			different[delta] = true
			letters += len(delta) - 2
		}
		if n := len(different); n < 500 || n > 700 {
			t.Errorf("text %d has %d different words", i, n)
		}
		if mean := float64(letters) / deltas; mean < 3 || mean > 5 {
			t.Errorf("a word of text %d has %.1f letters", i, mean)
		}
	}
}
