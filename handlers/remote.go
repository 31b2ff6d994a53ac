package handlers

import (
	"context"
	"errors"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models"
)

// remoteThreads lets the assistants engine remember where threads go on.
type remoteThreads struct{ db *models.DB }

var _ assistant.RemoteThreads = remoteThreads{}

// NewRemoteThreads returns where the threads of the database go on at a model
// server.
func NewRemoteThreads(db *models.DB) assistant.RemoteThreads { return remoteThreads{db} }

// RemoteThread returns where a thread goes on.
func (r remoteThreads) RemoteThread(ctx context.Context, userID, threadID string) (assistant.RemoteThread, error) {
	row, err := r.db.RemoteThread(ctx, userID, threadID)
	if errors.Is(err, models.ErrNotFound) {
		return assistant.RemoteThread{}, nil
	}
	if err != nil {
		return assistant.RemoteThread{}, err
	}
	return assistant.RemoteThread{ID: row.RemoteID, Item: row.ItemID, Run: row.RunID}, nil
}

// KeepRemoteThread stores where a thread goes on, or forgets it.
func (r remoteThreads) KeepRemoteThread(ctx context.Context, userID, threadID string, remote assistant.RemoteThread) error {
	if remote.ID == "" {
		return r.db.ForgetRemoteThread(ctx, userID, threadID)
	}
	return r.db.KeepRemoteThread(ctx, models.RemoteThread{UserID: userID, ThreadID: threadID,
		RemoteID: remote.ID, ItemID: remote.Item, RunID: remote.Run})
}
