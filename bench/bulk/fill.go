package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

const fileSize = 20 << 20 // of an attachment

// fill gives the person threads, some of them with a file.
func (s settings) fill(ctx context.Context, p rig.Person) (err error) {
	db, err := models.Open(ctx, s.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store, err := rig.Files(ctx, s.dir, db, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	at := time.Now().AddDate(-1, 0, 0)
	for i := range s.threads {
		c := &models.ThreadCopy{Thread: models.Thread{ID: chatkit.NewID(chatkit.PrefixThread), Title: fmt.Sprint("Thread ", i),
			CreatedAt: models.At(at), UpdatedAt: models.At(at)}}
		for n, text := range rig.Talk(s.messages) {
			at = at.Add(time.Minute)
			base := chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage), ThreadID: c.Thread.ID, CreatedAt: chatkit.At(at)}
			var it chatkit.Item = &chatkit.AssistantMessage{ItemBase: base, Content: []*chatkit.OutputText{{Text: text}}}
			if n%2 == 0 {
				it = &chatkit.UserMessage{ItemBase: base, Content: []chatkit.UserContent{&chatkit.InputText{Text: text}}, Attachments: []*chatkit.Attachment{}}
			}
			c.Items = append(c.Items, models.Item{RunID: fmt.Sprint("run_", n/2), Item: it})
		}
		if i < s.files {
			kept, err := store.Keep(ctx, chatkit.NewID(chatkit.PrefixAttachment), "notes.txt", io.LimitReader(letters{}, fileSize))
			if err != nil {
				return err
			}
			c.Files = []models.Attachment{*kept}
		}
		if err := db.PutThread(ctx, p.ID, fmt.Sprint("bench:", i), c, store.StoreLimits()); err != nil {
			return err
		}
	}
	return nil
}

// letters are letters of chance, without end.
type letters struct{}

// Read fills p.
func (letters) Read(p []byte) (int, error) {
	n, err := rand.Read(p)
	for i := range p[:n] {
		p[i] = "abcdefghijklmnopqrstuvwxyz     \n"[p[i]&31]
	}
	return n, err
}

// A conversation of ChatGPT's export, and the pictures in some of them.
const (
	gptMessages = 40
	pictureSize = 850 // pixels in both directions, each of chance: 2 MB
)

func (s settings) zipFile() string { return filepath.Join(s.dir, "export.zip") }

// chatGPT makes an export as ChatGPT does, of about so many MB: a fifth are
// texts, the rest pictures.
func (s settings) chatGPT() (err error) {
	file, err := os.Create(s.zipFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	z := zip.NewWriter(file)
	picture, err := noise()
	if err != nil {
		return err
	}
	pictures := s.zip << 20 * 4 / 5 / len(picture)
	for i := range pictures {
		w, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("file-%04d-noise.png", i), Method: zip.Store})
		if err == nil {
			_, err = w.Write(picture)
		}
		if err != nil {
			return err
		}
	}
	w, err := z.Create("conversations.json")
	if err == nil {
		err = conversations(w, s.zip<<20/5, pictures)
	}
	return errors.Join(err, z.Close())
}

// conversations writes as many as make about so many bytes in the zip, in which
// our letters take some six tenths. The first ones have a picture each.
func conversations(w io.Writer, size, pictures int) error {
	const messageSize = 1000
	for i, left := 0, size*10/6; left > 0; i++ {
		mapping := map[string]any{}
		for n := range gptMessages {
			text := make([]byte, messageSize)
			_, _ = letters{}.Read(text) // it can't fail
			parts, role, kind := []any{string(text)}, []string{"user", "assistant"}[n%2], "text"
			if n == 0 && i < pictures {
				kind, parts = "multimodal_text", append(parts, map[string]string{"content_type": "image_asset_pointer", "asset_pointer": fmt.Sprintf("file-service://file-%04d", i)})
			}
			mapping[fmt.Sprint(n)] = map[string]any{"parent": fmt.Sprint(n - 1), "message": map[string]any{"author": map[string]string{"role": role},
				"create_time": 1.7e9 + float64(i*1000+n), "content": map[string]any{"content_type": kind, "parts": parts}}}
			left -= messageSize
		}
		raw, err := json.Marshal(map[string]any{"title": fmt.Sprint("Conversation ", i), "conversation_id": fmt.Sprint("c", i),
			"create_time": 1.7e9, "current_node": fmt.Sprint(gptMessages - 1), "mapping": mapping})
		if err != nil {
			return err
		}
		sep := ","
		if i == 0 {
			sep = "["
		}
		if _, err := io.Copy(w, io.MultiReader(strings.NewReader(sep), bytes.NewReader(raw))); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]")
	return err
}

// noise is a picture that can't be made small.
func noise() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, pictureSize, pictureSize))
	if _, err := rand.Read(img.Pix); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
