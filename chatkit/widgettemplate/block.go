package widgettemplate

import (
	"fmt"
	"slices"
	"strings"
)

// stmt writes a part of the output.
type stmt func(s *scope, out *strings.Builder) error

// blockParser reads a template's segments.
type blockParser struct {
	segments []segment
	at       int
	depth    int
}

// compile reads a whole template.
func compile(source string) (stmt, error) {
	segments, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := &blockParser{segments: segments}
	body, _, err := p.body()
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line(), err)
	}
	return body, nil
}

func (p *blockParser) line() int {
	if i := min(p.at, len(p.segments)) - 1; i >= 0 {
		return p.segments[i].line
	}
	return 1
}

// body reads statements up to one of the tags that end it, which it returns.
func (p *blockParser) body(ends ...string) (stmt, *exprParser, error) {
	var list []stmt
	for p.at < len(p.segments) {
		seg := p.segments[p.at]
		p.at++
		var next stmt
		var err error
		switch seg.kind {
		case textSegment:
			next = func(_ *scope, out *strings.Builder) error { out.WriteString(seg.text); return nil }
		case outputSegment:
			next, err = output(seg)
		case tagSegment:
			tag := &exprParser{tokens: seg.tokens}
			if slices.Contains(ends, tag.peek().text) {
				return sequence(list), tag, nil
			}
			next, err = p.tag(tag)
		}
		if err != nil {
			return nil, nil, err
		}
		list = append(list, located(seg.line, next))
	}
	if len(ends) > 0 {
		return nil, nil, fmt.Errorf("%s is missing", ends[len(ends)-1])
	}
	return sequence(list), nil, nil
}

// located adds the line to a statement's error, the innermost only.
func located(line int, run stmt) stmt {
	return func(s *scope, out *strings.Builder) error {
		if err := s.step(out); err != nil {
			return err
		}
		err := run(s, out)
		if _, has := err.(*lineError); err == nil || has {
			return err
		}
		return &lineError{line, err}
	}
}

type lineError struct {
	line int
	err  error
}

// Error says where and what.
func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }

// Unwrap returns what.
func (e *lineError) Unwrap() error { return e.err }

func sequence(list []stmt) stmt {
	return func(s *scope, out *strings.Builder) error {
		for _, run := range list {
			if err := run(s, out); err != nil {
				return err
			}
		}
		return nil
	}
}

// whole reads an expression to the end of its segment.
func (p *exprParser) whole() (expr, error) {
	x, err := p.conditional()
	if err == nil && p.at < len(p.tokens) {
		err = fmt.Errorf("unexpected %q", p.peek().text)
	}
	return x, err
}

func output(seg segment) (stmt, error) {
	x, err := (&exprParser{tokens: seg.tokens}).whole()
	return func(s *scope, out *strings.Builder) error {
		v, err := x(s)
		if err != nil {
			return err
		}
		word, err := text(v)
		out.WriteString(word)
		return err
	}, err
}

func (p *blockParser) tag(t *exprParser) (stmt, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errTooDeep
	}
	defer func() { p.depth-- }()
	switch {
	case t.accept("if"):
		return p.ifTag(t)
	case t.accept("for"):
		return p.forTag(t)
	case t.accept("set"):
		return p.setTag(t)
	}
	return nil, fmt.Errorf("there is no tag %q here; if, for and set are known", t.peek().text)
}

func (p *blockParser) ifTag(t *exprParser) (stmt, error) {
	cond, err := t.whole()
	if err != nil {
		return nil, err
	}
	then, tag, err := p.body("elif", "else", "endif")
	if err != nil {
		return nil, err
	}
	otherwise := sequence(nil)
	switch {
	case tag.accept("elif"):
		otherwise, err = p.ifTag(tag)
	case tag.accept("else"):
		otherwise, _, err = p.body("endif")
	}
	return func(s *scope, out *strings.Builder) error {
		yes, err := test(s, cond)
		if err != nil {
			return err
		}
		if yes {
			return then(s, out)
		}
		return otherwise(s, out)
	}, err
}

func (p *blockParser) setTag(t *exprParser) (stmt, error) {
	name, err := t.name()
	if err != nil {
		return nil, err
	}
	field := ""
	if t.accept(".") {
		if field, err = t.name(); err != nil {
			return nil, err
		}
	}
	if t.accept("=") {
		x, err := t.whole()
		return func(s *scope, _ *strings.Builder) error {
			v, err := x(s)
			if err != nil {
				return err
			}
			return s.assign(name, field, v)
		}, err
	}
	body, _, err := p.body("endset")
	return func(s *scope, out *strings.Builder) error {
		var captured strings.Builder
		if err := body(s.inner(), &captured); err != nil {
			return err
		}
		return s.assign(name, field, captured.String())
	}, err
}
