package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/joho/godotenv"
)

// readDotEnv returns the values of dir/.env; no file, no values.
func readDotEnv(dir string) (map[string]string, error) {
	file, err := os.Open(filepath.Join(dir, ".env"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read .env: %w", err)
	}
	defer file.Close()
	values, err := godotenv.Parse(file)
	if err != nil {
		// The parser's error quotes the file, which may hold secrets.
		return nil, errors.New("read .env: it is not a list of NAME=value lines; values with special characters go in 'single quotes'")
	}
	return values, nil
}

// before returns lookup with values behind it: a variable that is set in the real
// environment, even to nothing, always wins.
func (lookup lookupFunc) before(values map[string]string) lookupFunc {
	return func(name string) (string, bool) {
		if value, ok := lookup(name); ok {
			return value, true
		}
		value, ok := values[name]
		return value, ok
	}
}

// noting returns lookup that notes in asked which names are looked up.
func (lookup lookupFunc) noting(asked map[string]bool) lookupFunc {
	return func(name string) (string, bool) {
		asked[name] = true
		return lookup(name)
	}
}

func setInstructions(r *rawConfig, path string) error {
	const largest = 256 << 10
	text, err := readSmallFile(path, largest)
	switch {
	case err != nil:
		return err
	case !utf8.Valid(text):
		return errors.New("the file is not UTF-8 text")
	case len(bytes.TrimSpace(text)) == 0:
		return errors.New("the file is empty")
	}
	r.Instructions = strings.TrimSpace(string(text))
	return nil
}

// assistantFile is where a set-up assistant's id is kept.
const assistantFile = "chatkit_assistant_config.json"

// assistantIDFromFile reads the id from assistantFile; no file, no id.
func assistantIDFromFile(dir string) (string, error) {
	text, err := readSmallFile(filepath.Join(dir, assistantFile), 64<<10)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	var content struct {
		AssistantID string `json:"assistant_id"`
	}
	if err == nil {
		err = json.Unmarshal(text, &content)
	}
	if err == nil {
		err = checkWord(content.AssistantID, 200)
	}
	if err != nil {
		return "", fmt.Errorf(`%s: %w; accepted: {"assistant_id": "…"}, or no such file`, assistantFile, err)
	}
	return content.AssistantID, nil
}

// readSmallFile reads a file of at most limit bytes.
func readSmallFile(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, plainPathError(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, plainPathError(err)
	}
	if int64(len(text)) > limit {
		return nil, errors.New("the file is too large")
	}
	return text, nil
}

// plainPathError drops the path that the message around it already names.
func plainPathError(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
