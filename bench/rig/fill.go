package rig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// The texts of a filled thread: what people ask and models answer.
const (
	filledQuestion = "What should I take along for a day in the mountains?"
	filledAnswer   = "Take **water**, a map and something warm:\n\n- 2 litres of water\n- a jacket against wind and rain\n- " +
		"sun cream, even under clouds\n\nStart early, and turn back when the weather does.\n"
)

// Talk is the texts of a conversation of so many messages.
func Talk(items int) []string {
	list := make([]string, items)
	for i := range list {
		list[i] = filledQuestion
		if i%2 == 1 {
			list[i] = filledAnswer
		}
	}
	return list
}

// Fill writes a conversation of so many items, a question and an answer in
// turns, through the same functions as the server.
func Fill(ctx context.Context, database string, p Person, thread string, items int) (err error) {
	db, err := models.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	owner := chatkit.NewID("own")
	for range items / 2 {
		a, err := db.AcceptMessage(ctx, models.Message{UserID: p.ID, ThreadID: thread, Owner: owner, Message: chatkit.NewUserText(filledQuestion)})
		if err != nil {
			return err
		}
		answer := &chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: filledAnswer}},
			ItemBase: chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage), ThreadID: thread, CreatedAt: chatkit.At(time.Now())}}
		_, err = db.Commit(ctx, []models.RunBatch{{RunID: a.Run.ID, UserID: p.ID, ThreadID: thread, Owner: owner,
			Items: []models.ItemChange{{Item: answer}}, End: &models.RunEnd{Status: models.RunCompleted}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// SignIn gives the person's browser a session, and returns its Cookie header.
func SignIn(ctx context.Context, database string, p Person) (cookie string, err error) {
	db, err := models.Open(ctx, database)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	token := chatkit.NewID("session")
	sum := sha256.Sum256([]byte(token))
	return "taskpilot=" + token, db.CreateSession(ctx, &models.Session{ID: hex.EncodeToString(sum[:]), UserID: p.ID, Data: json.RawMessage("{}")})
}
