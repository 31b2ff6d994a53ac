package models

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// ThreadChange changes what is not nil.
type ThreadChange struct {
	Title    *string
	Metadata map[string]any
	Status   *chatkit.ThreadStatus

	ImageDomains *[]string // a pointer to nil takes the limit away

	Pinned, Archived *bool
}

// UpdateThread changes a thread of the user's and returns it as it is then.
func (db *DB) UpdateThread(ctx context.Context, userID, id string, change ThreadChange) (*Thread, error) {
	set, err := change.columns(At(db.now()))
	if err != nil {
		return nil, err
	}
	var t *Thread
	err = db.write(ctx, func(tx *gorm.DB) error {
		if len(set) > 0 {
			if err := gone(tx.Model(&Thread{}).Where("user_id = ? AND id = ? AND "+threadKept, userID, id).
				UpdateColumns(set)); err != nil {
				return err
			}
		}
		if t, err = thread(tx, userID, id); err != nil || change.Title == nil {
			return err
		}
		return db.indexTitle(tx, t, t.Title)
	})
	return t, wrap("update thread", err)
}

func (c ThreadChange) columns(now Time) (map[string]any, error) {
	set := map[string]any{}
	for column, wish := range map[string]*bool{"pinned_at": c.Pinned, "archived_at": c.Archived} {
		switch {
		case wish == nil:
		case *wish:
			set[column] = gorm.Expr("COALESCE("+column+", ?)", now) // it keeps its place
		default:
			set[column] = nil
		}
	}
	if c.Title != nil {
		title, err := cleanTitle(*c.Title)
		if err != nil {
			return nil, err
		}
		set["title"], set["title_auto"] = title, false
	}
	if c.Metadata != nil {
		raw, err := metadataJSON(c.Metadata)
		if err != nil {
			return nil, err
		}
		set["metadata"] = string(raw)
	}
	if c.Status != nil {
		if err := oneOf("status", "The status", string(c.Status.Type),
			string(chatkit.Active), string(chatkit.Locked), string(chatkit.Closed)); err != nil {
			return nil, err
		}
		set["status_type"], set["status_reason"] = c.Status.Type, chatkit.CleanText(c.Status.Reason)
	}
	if c.ImageDomains != nil {
		raw, err := json.Marshal(*c.ImageDomains)
		if err != nil {
			return nil, err
		}
		set["image_domains"] = chatkit.CleanText(string(raw))
	}
	return set, nil
}

func cleanTitle(title string) (string, error) {
	title = line(title)
	return title, within("title", "The title", title, 0, 200)
}

// titleWords is a title from the first words of a message: at most 60 characters,
// cut between words where there are any.
func titleWords(text string) string {
	const most = 60
	text = line(text)
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	cut := string([]rune(text)[:most+1])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		return cut[:i]
	}
	return clip(text, most)
}

func metadataJSON(metadata map[string]any) ([]byte, error) {
	raw, err := json.Marshal(metadata)
	if err == nil {
		raw, err = chatkit.CleanJSON(raw)
	}
	if err != nil || len(raw) > 64<<10 {
		return nil, &InvalidError{Field: "metadata", Message: "The metadata must be a JSON object of at most 64 KB."}
	}
	return raw, nil
}

// cleanMetadata returns the metadata as it will be read back.
func cleanMetadata(metadata map[string]any) (map[string]any, error) {
	clean := map[string]any{}
	if len(metadata) == 0 {
		return clean, nil
	}
	raw, err := metadataJSON(metadata)
	if err != nil {
		return nil, err
	}
	return clean, json.Unmarshal(raw, &clean)
}
