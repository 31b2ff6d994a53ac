package files

import (
	"bufio"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"runtime/debug"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	maxPixels   = 40_000_000    // of one picture
	maxDecoded  = 4 * maxPixels // bytes of one picture, and of all that are being decoded
	largePixels = 4_000_000     // from here on speed and memory count more than bytes on disk
	previewSide = 512           // pixels of a preview's longer side
	previewType = "image/jpeg"
	quality     = 90 // of JPEG
)

// cleaned is a picture as it is stored.
type cleaned struct {
	full, small   *os.File
	mimeType, ext string
	size          int64 // of both
}

func (c *cleaned) discard() {
	discard(c.full)
	discard(c.small)
}

// clean decodes a picture and encodes it again: what is no picture in it, such
// as the place where a photo was taken or a script, is gone. The size is looked
// at before anything is decoded.
func (f *Files) clean(ctx context.Context, from io.ReadSeeker, mimeType string) (*cleaned, error) {
	size, err := config(from, mimeType)
	if err != nil {
		return nil, broken(err)
	}
	pixels := int64(size.Width) * int64(size.Height)
	if pixels <= 0 || pixels > maxPixels || pixels*depth(size.ColorModel) > maxDecoded {
		return nil, refuse(TooLarge, "The picture is too large: at most %d million pixels, with 16 bits a colour half of that.", maxPixels/1_000_000)
	}
	turn := orientation(from, mimeType)
	memory := pixels * depth(size.ColorModel)
	if turn > 1 {
		memory = min(2*memory, maxDecoded)
	}
	if err := f.decoding.Acquire(ctx, memory); err != nil {
		return nil, err
	}
	defer f.decoding.Release(memory)
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, err := decode(bufio.NewReader(from), mimeType)
	if err != nil {
		return nil, broken(err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	c, err := f.encode(upright(img, turn))
	if pixels > largePixels {
		debug.FreeOSMemory() // before the next one begins
	}
	return c, err
}

// depth is how many bytes a pixel takes.
func depth(model color.Model) int64 {
	switch model {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.Gray16Model:
		return 2
	case color.GrayModel:
		return 1
	}
	return 4
}

// broken is the refusal of a picture that can't be decoded; reading the file
// itself does not fail.
func broken(err error) error {
	if _, ok := errors.AsType[*os.PathError](err); ok {
		return err
	}
	return refuse(Broken, "The picture can’t be read: it is damaged or not of the kind that its beginning says.")
}

func config(from io.ReadSeeker, mimeType string) (size image.Config, err error) {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return size, err
	}
	r := bufio.NewReader(from)
	switch mimeType {
	case "image/jpeg":
		return jpeg.DecodeConfig(r)
	case "image/gif":
		return gif.DecodeConfig(r)
	case "image/webp":
		return webp.DecodeConfig(r)
	}
	return png.DecodeConfig(r)
}

// decode returns the picture; of one that moves, its first.
func decode(r io.Reader, mimeType string) (image.Image, error) {
	switch mimeType {
	case "image/jpeg":
		return jpeg.Decode(r)
	case "image/gif":
		return gif.Decode(r)
	case "image/webp":
		return webp.Decode(r)
	}
	return png.Decode(r)
}

// encode writes the picture and its preview: photos as JPEG, what has few
// colours or transparent parts as PNG.
func (f *Files) encode(img image.Image) (c *cleaned, err error) {
	c = &cleaned{mimeType: "image/png", ext: ".png"}
	defer func() {
		if err != nil {
			c.discard()
		}
	}()
	if c.full, err = f.temp(); err != nil {
		return c, err
	}
	switch img.(type) {
	case *image.YCbCr, *image.Gray, *image.CMYK:
		c.mimeType, c.ext = "image/jpeg", ".jpg"
		err = jpeg.Encode(c.full, img, &jpeg.Options{Quality: quality})
	default:
		level := png.DefaultCompression
		if img.Bounds().Dx()*img.Bounds().Dy() > largePixels {
			level = png.BestSpeed
		}
		err = (&png.Encoder{CompressionLevel: level}).Encode(c.full, img)
	}
	if err != nil {
		return c, err
	}
	if c.small, err = f.temp(); err != nil {
		return c, err
	}
	if err = jpeg.Encode(c.small, shrink(img), &jpeg.Options{Quality: quality}); err != nil {
		return c, err
	}
	for _, file := range []*os.File{c.full, c.small} {
		n, err := file.Seek(0, io.SeekCurrent)
		if err == nil {
			_, err = file.Seek(0, io.SeekStart)
		}
		if err != nil {
			return c, err
		}
		c.size += n
	}
	return c, nil
}

// shrink draws a picture small enough for a preview, on white.
func shrink(img image.Image) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if longer := max(w, h); longer > previewSide {
		w, h = max(1, w*previewSide/longer), max(1, h*previewSide/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Over, nil)
	return small
}
