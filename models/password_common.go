package models

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// firstWords are words, one after the other in lower case, that guessers try
// first with whatever digits. They are written by hand, with those that are
// near at hand here.
//
//go:embed first_passwords.txt
var firstWords string

// leakedPasswords are some 43,000 passwords that people were found to have, one a
// line, in lower case and sorted. They come from @zxcvbn-ts/language-common, under
// leaked_passwords.LICENSE; `make passwords` writes them anew.
//
//go:embed leaked_passwords.txt
var leakedPasswords string

// leaked are its lines.
var leaked = sync.OnceValue(func() []string { return strings.Fields(leakedPasswords) })

// longestTail is how many digits make no better password of a common one.
const longestTail = 5

// isCommon reports a password, in lower case, that guessers try early, also with
// what people add to a word.
func isCommon(lower string) bool {
	word := strings.TrimRight(lower, "0123456789!.?*#@$")
	if words := strings.Fields(firstWords); slices.Contains(words, lower) || slices.Contains(words, word) {
		return true
	}
	return isLeaked(lower) || len(lower)-len(word) <= longestTail && isLeaked(word)
}

func isLeaked(lower string) bool {
	_, found := slices.BinarySearch(leaked(), lower)
	return found
}
