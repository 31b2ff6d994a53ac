package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// withExif puts a segment into a photo: how the camera was held, and a secret.
func withExif(photo []byte, order binary.ByteOrder, turn uint16) []byte {
	mark := "MM"
	if order == binary.LittleEndian {
		mark = "II"
	}
	tiff := []byte(mark)
	appendTo := order.(binary.AppendByteOrder)
	tiff = appendTo.AppendUint16(tiff, 42)
	tiff = appendTo.AppendUint32(tiff, 8)
	tiff = appendTo.AppendUint16(tiff, 1)
	tiff = appendTo.AppendUint16(tiff, 0x0112)
	tiff = appendTo.AppendUint16(tiff, 3)
	tiff = appendTo.AppendUint32(tiff, 1)
	tiff = appendTo.AppendUint16(tiff, turn)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00secret place"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(segment)+2))
	return slices.Concat(photo[:2], head, segment, photo[2:])
}

func TestPicturesAreCleaned(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"a.png":      {append(pngOf(t, 700, 30), script...), "a.png image/png"},
		"b.GIF":      {append(gifOf(t), "*/alert(1)"+script...), "b.png image/png"},
		"c.jpeg":     {append(withExif(photo(t, 20, 10), binary.BigEndian, 1), script...), "c.jpeg image/jpeg"},
		"d.html":     {photo(t, 20, 10), "d.jpg image/jpeg"},
		"no picture": {pngOf(t, 1, 1), "no picture.png image/png"},
	} {
		a := s.add(name, test.content)
		if got := a.Name + " " + a.MimeType; got != test.want || a.Type != "image" {
			t.Errorf("%s became %s, a %s, want %s", name, got, a.Type, test.want)
		}
		full, c := s.read(a.ID, false)
		if strings.Contains(full, "script") || strings.Contains(full, "secret") || !c.Picture {
			t.Errorf("%s is not clean", name)
		}
		small, c := s.read(a.ID, true)
		size, err := jpeg.DecodeConfig(strings.NewReader(small))
		if err != nil || max(size.Width, size.Height) > 512 || c.MimeType != "image/jpeg" {
			t.Errorf("the preview of %s: %+v, %v, %s", name, size, err, c.MimeType)
		}
	}
}

// A photo is upright whichever way the camera was held.
func TestPhotosAreUpright(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	red := func(img image.Image, x, y int) bool {
		r, _, b, _ := img.At(x, y).RGBA()
		return r > b
	}
	for turn := uint16(1); turn <= 8; turn++ {
		order := []binary.ByteOrder{binary.BigEndian, binary.LittleEndian}[turn%2]
		text, _ := s.read(s.add("a.jpg", withExif(photo(t, 40, 20), order, turn)).ID, false)
		img, err := jpeg.Decode(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		w, h := 40, 20
		if turn >= 5 {
			w, h = 20, 40
		}
		if b := img.Bounds(); b.Dx() != w || b.Dy() != h {
			t.Errorf("turn %d: %v", turn, b)
		}
		// Where red is now, which was left.
		left, top := red(img, 2, h/2), red(img, w/2, 2)
		want := map[uint16][2]bool{1: {true, false}, 2: {false, false}, 3: {false, false}, 4: {true, false},
			5: {false, true}, 6: {false, true}, 7: {false, false}, 8: {false, false}}[turn]
		switch {
		case turn <= 4 && left != want[0]:
			t.Errorf("turn %d: red is left: %v", turn, left)
		case turn > 4 && top != want[1]:
			t.Errorf("turn %d: red is on top: %v", turn, top)
		}
	}
}

// bomb is the beginning of a PNG that says it is very large.
func bomb(w, h uint32, depth, colours byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, depth, colours, 0, 0, 0)
	chunk := append(binary.BigEndian.AppendUint32(nil, 13), head...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(head))
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk, make([]byte, 500<<10))
}

// Not parallel: it counts what the process allocates.
func TestBombsAreRefusedUnread(t *testing.T) {
	s := newShelf(t, modelstest.Open(t))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, size := range [][2]uint32{{12_000, 12_000}, {30_000, 2_000_000}, {40_000_001, 1}} {
		s.refused("bomb.png", bytes.NewReader(bomb(size[0], size[1], 8, 6)), files.TooLarge)
	}
	s.refused("deep.png", bytes.NewReader(bomb(5000, 5000, 16, 6)), files.TooLarge)
	s.refused("grey.png", bytes.NewReader(bomb(12_000, 12_000, 8, 0)), files.TooLarge)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
		t.Errorf("three bombs took %d bytes", n)
	}
	s.refused("zero.png", bytes.NewReader(bomb(0, 7, 8, 6)), files.Broken)
}

// A picture whose pixels are not those of its beginning.
func TestWhatIsStoredIsThePicture(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	img := image.NewNRGBA(image.Rect(0, 0, 9, 7))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.NRGBA{10, 200, 30, 255}), image.Point{}, draw.Src)
	img.Set(3, 4, color.NRGBA{250, 1, 2, 128})
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	text, _ := s.read(s.add("a.png", buf.Bytes()).ID, false)
	got, err := png.Decode(strings.NewReader(text))
	if err != nil || got.Bounds() != img.Bounds() || got.At(3, 4) != img.At(3, 4) || color.NRGBAModel.Convert(got.At(0, 0)) != img.At(0, 0) {
		t.Errorf("%v, %v", got, err)
	}
}
