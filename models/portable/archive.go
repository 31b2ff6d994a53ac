package portable

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"
)

// Limits of an archive.
const (
	// MaxFile is how many bytes a file that is imported has at most.
	MaxFile = 512 << 20

	maxText      = 1 << 30  // bytes of all JSON in it
	maxDirectory = 16 << 20 // bytes of its list of files: some 100,000 files
)

// Refusal is why a file as a whole is not taken, in words for people.
type Refusal struct{ Message string }

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

func refuse(message string) error { return &Refusal{message} }

var (
	errNotOurs  = refuse("This is not an export that TaskPilot can read. It reads its own, and those of ChatGPT, Open WebUI and LibreChat: the file as you got it, zip or JSON.")
	errBadZip   = refuse("This zip file is damaged or not complete. Download it again.")
	errManyZip  = refuse("This zip file has too many files in it.")
	errBomb     = refuse("This file unpacks to more than 1 GB of text. Split it and import the parts.")
	errBigFile  = refuse("This file is too large: at most 512 MB. If it is an archive with many pictures, take the JSON files out of it and import those.")
	errEmptyZip = refuse("There are no chats in this file.")
)

// archive is a file that is imported: a zip with JSON files in it, or one JSON file.
type archive struct {
	documents []document
	files     []*zip.File // all of them, for pictures and attachments
	left      int64       // how many bytes of JSON may still be read
}

// document is one JSON file.
type document struct {
	name string
	open func() (io.ReadCloser, error)
}

// openArchive looks at what the file begins with, not at its name.
func openArchive(file io.ReaderAt, size, most int64) (*archive, error) {
	if size > MaxFile {
		return nil, errBigFile
	}
	head := make([]byte, 4)
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	a := &archive{left: 2 * most} // each document is looked at before it is read
	if !bytes.HasPrefix(head, []byte("PK")) {
		a.documents = []document{{"", func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(file, 0, size)), nil }}}
		return a, nil
	}
	if err := checkDirectory(file, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(file, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is written under its names
		return nil, errBadZip
	}
	a.files = z.File
	var text uint64
	for _, f := range z.File {
		if strings.EqualFold(path.Ext(f.Name), ".json") && f.Mode().IsRegular() {
			a.documents = append(a.documents, document{f.Name, f.Open})
			text += f.UncompressedSize64 // no more than that is read of it, whatever it has
		}
	}
	if text > uint64(most) {
		return nil, errBomb
	}
	if len(a.documents) == 0 {
		return nil, errNotOurs
	}
	return a, nil
}

// read reads the elements of a document, within what may be read of the archive.
func (a *archive) read(d document, visit func(i int, raw []byte, err error) error) error {
	r, err := d.open()
	if err != nil {
		return errBadZip
	}
	defer r.Close() // it was only read
	err = elements(&metered{r, &a.left}, visit)
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || isCorrupt(err) {
		return errBadZip
	}
	return err
}

func isCorrupt(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "flate: ")
}

// metered counts what is read of several files together.
type metered struct {
	from io.Reader
	left *int64
}

// Read reads until the bytes that are left are used up.
func (m *metered) Read(p []byte) (int, error) {
	if *m.left <= 0 {
		return 0, errBomb
	}
	n, err := m.from.Read(p)
	*m.left -= int64(n)
	return n, err
}

const (
	endRecord = 22 // bytes of a zip's last record without its comment
	maxTail   = endRecord + 1<<16
)

// checkDirectory refuses an archive whose list of files would take much memory:
// archive/zip reads all of it, whatever its end says about their number.
func checkDirectory(file io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, maxTail))
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for i := len(tail) - endRecord; i >= 0; i-- {
		if !bytes.HasPrefix(tail[i:], []byte("PK\x05\x06")) {
			continue
		}
		if i+endRecord+int(binary.LittleEndian.Uint16(tail[i+20:])) > len(tail) {
			continue
		}
		end := size - int64(len(tail)) + int64(i)
		length, offset := binary.LittleEndian.Uint32(tail[i+12:]), binary.LittleEndian.Uint32(tail[i+16:])
		if binary.LittleEndian.Uint16(tail[i+10:]) == 0xffff || length > maxDirectory || int64(offset) > end || end-int64(offset) > maxDirectory {
			return errManyZip
		}
		return nil
	}
	return errBadZip
}
