package files

import (
	"encoding/binary"
	"image"
	"image/color"
	"io"
)

// orientation reads from a photo how the camera was held: 1 to 8 as EXIF has it,
// 1 when it does not say. Cameras write it where cleaning takes it away, so the
// picture itself is turned.
func orientation(from io.ReadSeeker, mimeType string) int {
	if mimeType != "image/jpeg" {
		return 1
	}
	if _, err := from.Seek(2, io.SeekStart); err != nil {
		return 1
	}
	// Segments: 0xFF, kind, length of two bytes that counts itself.
	for range 64 {
		var head [4]byte
		if _, err := io.ReadFull(from, head[:]); err != nil || head[0] != 0xFF {
			return 1
		}
		length := int64(binary.BigEndian.Uint16(head[2:])) - 2
		switch {
		case length < 0 || head[1] == 0xDA: // the picture itself begins
			return 1
		case head[1] == 0xE1:
			segment := make([]byte, length)
			if _, err := io.ReadFull(from, segment); err != nil {
				return 1
			}
			if turn := exifOrientation(segment); turn != 0 {
				return turn
			}
		default:
			if _, err := from.Seek(length, io.SeekCurrent); err != nil {
				return 1
			}
		}
	}
	return 1
}

// exifOrientation finds the orientation in a segment, 0 when it is not there.
func exifOrientation(segment []byte) int {
	const head = "Exif\x00\x00"
	if len(segment) < len(head)+8 || string(segment[:len(head)]) != head {
		return 0
	}
	tiff := segment[len(head):]
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	entries := int64(order.Uint16(tiff[at:]))
	for i := range entries {
		const size, tag = 12, 0x0112
		entry := at + 2 + i*size
		if entry+size > int64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[entry:]) == tag {
			if turn := int(order.Uint16(tiff[entry+8:])); turn >= 1 && turn <= 8 {
				return turn
			}
			return 0
		}
	}
	return 0
}

// upright turns and mirrors a picture so that it is as it was seen.
func upright(img image.Image, turn int) image.Image {
	if turn <= 1 || turn > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if turn >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := newLike(img, size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fromX, fromY := source(turn, x, y, w, h)
			out.set(x, y, b.Min.X+fromX, b.Min.Y+fromY)
		}
	}
	return out.image
}

// source is where a pixel of the upright picture is in the stored one.
func source(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// canvas is a picture that takes its pixels from another.
type canvas struct {
	image image.Image
	set   func(x, y, fromX, fromY int)
}

// newLike makes a picture that is encoded as JPEG like a photo.
func newLike(img image.Image, size image.Rectangle) canvas {
	if from, ok := img.(*image.Gray); ok {
		out := image.NewGray(size)
		return canvas{out, func(x, y, fromX, fromY int) { out.SetGray(x, y, from.GrayAt(fromX, fromY)) }}
	}
	out := image.NewYCbCr(size, image.YCbCrSubsampleRatio444)
	return canvas{out, func(x, y, fromX, fromY int) {
		c := toYCbCr(img, fromX, fromY)
		i := out.YOffset(x, y)
		out.Y[i], out.Cb[i], out.Cr[i] = c.Y, c.Cb, c.Cr
	}}
}

func toYCbCr(img image.Image, x, y int) color.YCbCr {
	if from, ok := img.(*image.YCbCr); ok {
		return from.YCbCrAt(x, y)
	}
	return color.YCbCrModel.Convert(img.At(x, y)).(color.YCbCr)
}
