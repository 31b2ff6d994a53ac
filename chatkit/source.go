package chatkit

import (
	"encoding/json"
	"fmt"
)

// Annotation cites a source. Index, if set, is the character offset of its
// marker in the text.
type Annotation struct {
	Source Source
	Index  *int
}

// MarshalJSON writes an annotation.
func (a Annotation) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		Type   string `json:"type"`
		Source Source `json:"source"`
		Index  *int   `json:"index,omitempty"`
	}{"annotation", a.Source, a.Index})
}

// UnmarshalJSON reads an annotation.
func (a *Annotation) UnmarshalJSON(b []byte) error {
	var j struct {
		Source json.RawMessage `json:"source"`
		Index  *int            `json:"index"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	src, err := unmarshalSource(j.Source)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	*a = Annotation{Source: src, Index: j.Index}
	return nil
}

// Source is what an annotation or a workflow step points to: *FileSource,
// *URLSource, *EntitySource or *UnknownSource.
type Source interface {
	// Common returns the fields that every source has.
	Common() *SourceBase
}

// SourceBase is what every source has.
type SourceBase struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Timestamp   string `json:"timestamp,omitempty"`
	Group       string `json:"group,omitempty"`
}

// Common returns b itself.
func (b *SourceBase) Common() *SourceBase { return b }

// FileSource is a file.
type FileSource struct {
	SourceBase
	Filename string `json:"filename"`
}

// URLSource is a web page.
type URLSource struct {
	SourceBase
	URL         string `json:"url"`
	Attribution string `json:"attribution,omitempty"`
}

// EntitySource is an entity of the integrator's own.
type EntitySource struct {
	SourceBase
	ID          string         `json:"id"`
	Icon        string         `json:"icon,omitempty"`
	Label       string         `json:"label,omitempty"`
	InlineLabel string         `json:"inline_label,omitempty"`
	Interactive bool           `json:"interactive"`
	Data        map[string]any `json:"data"`
}

// UnknownSource is a source of a type this package does not know, kept verbatim.
type UnknownSource struct {
	SourceBase
	Raw json.RawMessage
}

// MarshalJSON writes a file source.
func (s FileSource) MarshalJSON() ([]byte, error) {
	type plain FileSource
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"file", plain(s)})
}

// MarshalJSON writes a url source.
func (s URLSource) MarshalJSON() ([]byte, error) {
	type plain URLSource
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"url", plain(s)})
}

// MarshalJSON writes an entity source.
func (s EntitySource) MarshalJSON() ([]byte, error) {
	type plain EntitySource
	s.Data = orEmptyMap(s.Data)
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"entity", plain(s)})
}

// UnmarshalJSON reads an entity source.
func (s *EntitySource) UnmarshalJSON(b []byte) error {
	type plain EntitySource
	var j struct {
		plain
		Data freeObject `json:"data"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*s = EntitySource(j.plain)
	s.Data = j.Data
	return nil
}

// MarshalJSON writes the source as it came.
func (s UnknownSource) MarshalJSON() ([]byte, error) { return s.Raw, nil }

func unmarshalSource(raw []byte) (Source, error) {
	typ, err := typeOf(raw)
	if err != nil {
		return nil, err
	}
	switch typ {
	case "file":
		return decodeInto(raw, func(s *FileSource) Source { return s })
	case "url":
		return decodeInto(raw, func(s *URLSource) Source { return s })
	case "entity":
		return decodeInto(raw, func(s *EntitySource) Source { return s })
	case "":
		return nil, fmt.Errorf("source without a type")
	}
	own, err := verbatim(raw)
	if err != nil {
		return nil, err
	}
	u := &UnknownSource{Raw: own}
	// What a newer protocol calls title may be anything: it stays in Raw.
	_ = json.Unmarshal(raw, &u.SourceBase)
	return u, nil
}
