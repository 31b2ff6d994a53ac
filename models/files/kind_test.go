package files_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// script is what no browser may ever run.
const script = "<script>alert(1)</script>"

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	img.Set(0, 0, color.NRGBA{200, 100, 50, 120})
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// photo is a JPEG whose left half is red and right half blue.
func photo(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{R: 255, A: 255})
			if x >= w/2 {
				img.Set(x, y, color.RGBA{B: 255, A: 255})
			}
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, nil); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func gifOf(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := gif.Encode(&buf, image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// archive is a zip file with these entries.
func archive(t testing.TB, names ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte("<xml/>"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestTakenKinds(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	const office = "application/vnd.openxmlformats-officedocument."
	for _, test := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"a.txt", []byte("hello"), "text/plain"},
		{"a", []byte("hello 世界"), "text/plain"},
		{"a.md", []byte("# hello"), "text/markdown"},
		{"a.csv", []byte("a,b\n1,2\n"), "text/csv"},
		{"a.json", []byte(`{"a":1}`), "application/json"},
		{"a.go", []byte("package main\n"), "text/plain"},
		{"a.js", []byte("alert(1)"), "text/plain"},
		{"a.sh", []byte("#!/bin/sh\nrm -rf /\n"), "text/plain"},
		{"a.py", []byte("#!/usr/bin/env python\n"), "text/plain"},
		{"a.xml", []byte(`<?xml version="1.0"?><a/>`), "text/plain"},
		{"a.exe", []byte("only words"), "text/plain"},
		{"a.pdf", []byte("%PDF-1.7\n1 0 obj\n"), "application/pdf"},
		{"page.html", []byte("%PDF-1.7\n" + script), "application/pdf"}, // inert: it is saved, as a PDF
		{"a.docx", archive(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml"), office + "wordprocessingml.document"},
		{"a.xlsx", archive(t, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), office + "spreadsheetml.sheet"},
		{"a.mp3", append([]byte("ID3\x03\x00\x00\x00\x00\x00\x0a"), make([]byte, 100)...), "audio/mpeg"},
		{"a.wav", append([]byte("RIFF\x24\x00\x00\x00WAVEfmt "), make([]byte, 100)...), "audio/wav"},
	} {
		if a := s.add(test.name, test.content); a.MimeType != test.want || a.Type != "file" {
			t.Errorf("%s is %s %s, want %s", test.name, a.Type, a.MimeType, test.want)
		} else if got, _ := s.read(a.ID, false); got != string(test.content) {
			t.Errorf("%s was changed", test.name)
		}
	}
}

func TestRefusedKinds(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	long := strings.Repeat("x", 100_000)
	for name, content := range map[string]string{
		"a.png":     "<!DOCTYPE html>" + script,
		"b.txt":     "  \n<html>" + script,
		"c.html":    "only words",
		"d.svg":     `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
		"e.txt":     `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
		"f.jpg":     `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`,
		"g.pdf":     "\x7fELF\x02\x01\x01" + long,
		"h.docx":    "MZ\x90\x00" + long,
		"i.docx":    string(archive(t, "42.txt", "more/43.zip")),
		"j.zip":     string(archive(t, "../../etc/passwd")),
		"k.jar":     string(archive(t, "META-INF/MANIFEST.MF")),
		"l.txt":     "words\x00words",
		"m.txt":     long + "\x00",
		"n.txt":     long + "\xff\xfe",
		"o.txt":     "\xff\xfeh\x00i\x00", // UTF-16
		"p.bin":     "\x01\x02\x03\x04",
		"q.gz":      "\x1f\x8b\x08\x00" + long,
		"r.wasm":    "\x00asm\x01\x00\x00\x00",
		"s.sqlite":  "SQLite format 3\x00" + long,
		"t.txt":     "\ufeff <!-- --> <ScRiPt>" + script,
		"u.mp4":     "\x00\x00\x00\x18ftypisom" + long,
		"v.svg.png": "<svg>" + script + "</svg>",
	} {
		if message := s.refused(name, strings.NewReader(content), files.WrongType); !strings.HasSuffix(message, ".") {
			t.Errorf("%s: the message is %q", name, message)
		}
	}
	for name, content := range map[string]string{
		"a.png": string(pngOf(t, 5, 5)[:40]), "b.jpg": "\xff\xd8\xff\xe0" + long, "c.gif": string(gifOf(t)[:20]), "d.webp": "RIFF\x10\x00\x00\x00WEBPVP8 ",
	} {
		s.refused(name, strings.NewReader(content), files.Broken)
	}
}

// Text that is cut in the middle of a character by how it is read is text.
func TestLongText(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	for shift := range 4 {
		s.add("a.txt", []byte(strings.Repeat("x", shift)+strings.Repeat("世𝄞", 40_000)))
	}
}
