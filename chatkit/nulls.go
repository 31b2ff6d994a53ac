package chatkit

import (
	"bytes"
	"encoding/json"
)

// DropNulls returns the JSON text without its nulls, whether they are values of
// keys or elements of arrays, at any depth, and otherwise as it was: widgets are
// sent like this. A text that is null or no JSON comes back unchanged.
func DropNulls(raw json.RawMessage) json.RawMessage {
	if !bytes.Contains(raw, null) {
		return raw
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	p := nullDropper{in: b.Bytes(), out: make([]byte, 0, b.Len())}
	p.value()
	return p.out
}

// nullDropper copies compact, valid JSON from in to out.
type nullDropper struct {
	in  []byte
	at  int
	out []byte
}

func (p *nullDropper) value() {
	switch p.in[p.at] {
	case '{':
		p.members('}', true)
	case '[':
		p.members(']', false)
	case '"':
		p.text()
	default:
		p.word()
	}
}

// members copies an object or an array without its nulls.
func (p *nullDropper) members(end byte, keys bool) {
	p.out = append(p.out, p.in[p.at])
	p.at++
	empty := true
	for p.in[p.at] != end {
		if p.in[p.at] == ',' {
			p.at++
		}
		mark := len(p.out)
		if !empty {
			p.out = append(p.out, ',')
		}
		if keys {
			p.text()
			p.out = append(p.out, ':')
			p.at++
		}
		if p.in[p.at] == 'n' {
			p.at += len(null)
			p.out = p.out[:mark]
			continue
		}
		p.value()
		empty = false
	}
	p.out = append(p.out, end)
	p.at++
}

func (p *nullDropper) text() {
	start := p.at
	for p.at++; p.in[p.at] != '"'; p.at++ {
		if p.in[p.at] == '\\' {
			p.at++
		}
	}
	p.at++
	p.out = append(p.out, p.in[start:p.at]...)
}

// word copies a number, true, false or a null at the root.
func (p *nullDropper) word() {
	start := p.at
	for p.at < len(p.in) && p.in[p.at] != ',' && p.in[p.at] != '}' && p.in[p.at] != ']' {
		p.at++
	}
	p.out = append(p.out, p.in[start:p.at]...)
}
