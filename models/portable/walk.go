package portable

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// source is a document with entries in it.
type source struct {
	document
	reader *reader
	kind   string // of our own export: what it says that it is
}

// sources finds the documents that have entries, and whose export it is.
func (a *archive) sources() (list []source, format string, err error) {
	var formats []string
	for _, d := range a.documents {
		r, err := a.readerOf(d)
		if err != nil {
			return nil, "", err
		}
		if r == nil {
			continue
		}
		s := source{document: d, reader: r}
		if r.format == "TaskPilot" {
			s.kind = a.kindOf(d)
		}
		list = append(list, s)
		if !slices.Contains(formats, r.format) {
			formats = append(formats, r.format)
		}
	}
	if len(list) == 0 {
		return nil, "", errNotOurs
	}
	return list, strings.Join(formats, ", "), nil
}

// kindOf is what a file of our own export says that it is.
func (a *archive) kindOf(d document) string {
	var h header
	_ = a.read(d, func(_ int, raw []byte, err error) error { // it was readable a moment ago
		if err == nil {
			_ = json.Unmarshal(raw, &h)
		}
		return errEnough
	})
	return h.Format
}

// walk hands over every entry of the archive, and reports whose export it is.
func (a *archive) walk(visit func(e *entry) error) (format string, err error) {
	list, format, err := a.sources()
	if err != nil {
		return "", err
	}
	files := a.assets()
	for _, s := range list {
		if s.kind == kindFiles {
			a.readFiles(s.document, files)
		}
	}
	for _, s := range list {
		switch s.kind {
		case kindFiles, kindExport:
			continue
		case kindTasks:
			err = a.walkTasks(s.document, visit)
		default:
			err = a.walkThreads(s, files, visit)
		}
		if err != nil {
			return format, err
		}
	}
	return format, nil
}

// readFiles notes where the bytes of attachments are. Without them there are
// none: the threads say so.
func (a *archive) readFiles(d document, files *assets) {
	_ = a.read(d, func(_ int, raw []byte, err error) error {
		var f filesFile
		if err == nil && json.Unmarshal(raw, &f) == nil {
			for _, one := range f.Files {
				files.own[one.ID] = one
			}
		}
		return errEnough
	})
}

func (a *archive) walkTasks(d document, visit func(e *entry) error) error {
	err := a.read(d, func(_ int, raw []byte, err error) error {
		var list []entry
		if err == nil {
			list, err = ownTasks(raw)
		}
		if err != nil {
			return visit(&entry{name: "Tasks", err: err})
		}
		for i := range list {
			if err := visit(&list[i]); err != nil {
				return err
			}
		}
		return errEnough
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

func (a *archive) walkThreads(s source, files *assets, visit func(e *entry) error) error {
	return a.read(s.document, func(i int, raw []byte, err error) error {
		var e entry
		if err == nil {
			err = s.parse(files, raw, &e)
		}
		e.err = err
		e.name = strings.TrimSpace(e.name)
		if e.name == "" {
			e.name = fmt.Sprintf("No. %d", i+1)
			if s.name != "" {
				e.name += " in " + s.name
			}
		}
		return visit(&e)
	})
}

// parse makes an entry of an element, or says why it is none.
func (s source) parse(files *assets, raw []byte, e *entry) error {
	if !json.Valid(raw) {
		return errBadJSON
	}
	var found shape
	if json.Unmarshal(raw, &found) != nil || !s.reader.claims(&found) {
		e.name = titleIn(raw)
		return errNoThread
	}
	if err := s.reader.parse(files, raw, e); err != nil {
		if e.name == "" {
			e.name = titleIn(raw)
		}
		return err
	}
	return nil
}

// titleIn is the title of what can't be read otherwise.
func titleIn(raw []byte) string {
	var t struct {
		Title json.RawMessage `json:"title"`
	}
	if json.Unmarshal(raw, &t) != nil {
		return ""
	}
	return text(t.Title)
}
