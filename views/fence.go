package views

import "bytes"

// fence is the line that opens a code block: its character, how many of them,
// and the length of the whole line.
type fence struct {
	char   byte
	length int
	info   string
	line   int // 0 while the line is not whole
}

// openingFence reads a fence at the very beginning of the text.
func openingFence(text []byte) (fence, bool) {
	if len(text) < 3 || (text[0] != '`' && text[0] != '~') {
		return fence{}, false
	}
	f := fence{char: text[0]}
	for f.length < len(text) && text[f.length] == f.char {
		f.length++
	}
	line, _, whole := bytes.Cut(text, []byte("\n"))
	if f.length < 3 || (f.char == '`' && bytes.IndexByte(line[f.length:], '`') >= 0) {
		return fence{}, false
	}
	f.info = string(bytes.TrimSpace(line[f.length:]))
	if whole {
		f.line = len(line) + 1
	}
	return f, true
}

// closedBy reports whether the line, without its indentation, closes the fence.
func (f fence) closedBy(line []byte) bool {
	n := 0
	for n < len(line) && line[n] == f.char {
		n++
	}
	return n >= f.length && len(bytes.TrimSpace(line[n:])) == 0
}

// lang is the first word after the fence.
func (f fence) lang() string {
	word, _, _ := bytes.Cut([]byte(f.info), []byte(" "))
	return string(word)
}

// content is the code of a text that begins with the fence. A last line that
// may yet become the closing fence is left out.
func (f fence) content(text []byte) []byte {
	if f.line == 0 {
		return nil
	}
	code := text[f.line:]
	last := bytes.LastIndexByte(code, '\n') + 1
	if len(code) > last && len(bytes.Trim(code[last:], string(f.char)+" ")) == 0 {
		return code[:last]
	}
	// A whole closing line ends the code.
	trimmed := bytes.TrimRight(code, "\n")
	last = bytes.LastIndexByte(trimmed, '\n') + 1
	if f.closedBy(trimmed[last:]) {
		return code[:last]
	}
	return code
}
