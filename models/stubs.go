package models

import (
	"context"
	"errors"
	"time"
)

type DB struct{}

var errStub = errors.New("models: not written yet")

func Open(ctx context.Context, url string) (*DB, error)    { return nil, errStub }
func (db *DB) Migrate(ctx context.Context) error           { return errStub }
func (db *DB) Close() error                                { return errStub }
func (db *DB) Ping(ctx context.Context) error              { return errStub }
func (db *DB) Driver() string                              { return "" }
func (db *DB) Own(ctx context.Context, owner string) error { return errStub }
func (db *DB) Disown() error                               { return errStub }

func (db *DB) CreateUser(ctx context.Context, u NewUser) (*User, error) { return nil, errStub }
func (db *DB) Authenticate(ctx context.Context, email, password string) (*User, error) {
	return nil, errStub
}
func (db *DB) User(ctx context.Context, id string) (*User, error)           { return nil, errStub }
func (db *DB) UserByEmail(ctx context.Context, email string) (*User, error) { return nil, errStub }
func (db *DB) Users(ctx context.Context, after string, limit int) ([]User, error) {
	return nil, errStub
}
func (db *DB) SetPassword(ctx context.Context, userID, password string) error { return errStub }
func (db *DB) DeleteUser(ctx context.Context, userID string) error            { return errStub }

func (db *DB) CreateSession(ctx context.Context, s *Session) error         { return errStub }
func (db *DB) Session(ctx context.Context, id string) (*Session, error)    { return nil, errStub }
func (db *DB) SaveSession(ctx context.Context, s *Session) error           { return errStub }
func (db *DB) TouchSession(ctx context.Context, id string) error           { return errStub }
func (db *DB) DeleteSession(ctx context.Context, id string) error          { return errStub }
func (db *DB) DeleteUserSessions(ctx context.Context, userID string) error { return errStub }
func (db *DB) PurgeExpired(ctx context.Context) error                      { return errStub }

func (db *DB) NewFamily(ctx context.Context, userID string) (family, refreshToken string, err error) {
	return "", "", errStub
}
func (db *DB) RotateRefresh(ctx context.Context, refreshToken string) (userID, family, next string, err error) {
	return "", "", "", errStub
}
func (db *DB) RevokeFamily(ctx context.Context, family string) error { return errStub }
func (db *DB) FamilyActive(ctx context.Context, userID, family string) (bool, error) {
	return false, errStub
}
func (db *DB) Allow(ctx context.Context, key string, limit int, window time.Duration) (ok bool, retryAfter time.Duration, err error) {
	return false, 0, errStub
}
func (db *DB) Forgive(ctx context.Context, key string) error { return errStub }

func (db *DB) CreateThread(ctx context.Context, userID, title string, metadata map[string]any) (*Thread, error) {
	return nil, errStub
}
func (db *DB) Thread(ctx context.Context, userID, id string) (*Thread, error) { return nil, errStub }
func (db *DB) Threads(ctx context.Context, userID string, q PageQuery) ([]Thread, bool, error) {
	return nil, false, errStub
}
func (db *DB) RecentThreads(ctx context.Context, userID, after string, limit int) ([]Thread, bool, error) {
	return nil, false, errStub
}
func (db *DB) UpdateThread(ctx context.Context, userID, id string, change ThreadChange) (*Thread, error) {
	return nil, errStub
}
func (db *DB) DeleteThread(ctx context.Context, userID, id string) error { return errStub }

func (db *DB) Items(ctx context.Context, userID, threadID string, q ItemQuery) ([]Item, bool, error) {
	return nil, false, errStub
}
func (db *DB) Item(ctx context.Context, userID, threadID, itemID string) (*Item, error) {
	return nil, errStub
}

func (db *DB) AcceptMessage(ctx context.Context, m Message) (*Accepted, error) { return nil, errStub }
func (db *DB) AcceptRetry(ctx context.Context, userID, threadID, itemID, owner string) (*Accepted, error) {
	return nil, errStub
}
func (db *DB) Run(ctx context.Context, userID, id string) (*Run, error) { return nil, errStub }
func (db *DB) ActiveRun(ctx context.Context, userID, threadID string) (*Run, error) {
	return nil, errStub
}
func (db *DB) Runs(ctx context.Context, userID, threadID string, ids []string) ([]Run, error) {
	return nil, errStub
}
func (db *DB) RequestStop(ctx context.Context, userID, runID string) error      { return errStub }
func (db *DB) StopRequests(ctx context.Context, owner string) ([]string, error) { return nil, errStub }

func (db *DB) Commit(ctx context.Context, batches []RunBatch) (lost []string, err error) {
	return nil, errStub
}
func (db *DB) RunEvents(ctx context.Context, runID string, after int64, limit int) ([]Event, error) {
	return nil, errStub
}
func (db *DB) Orphans(ctx context.Context, owner string) ([]Run, error) { return nil, errStub }
func (db *DB) PurgeEvents(ctx context.Context, before time.Time) (int64, error) {
	return 0, errStub
}

func (db *DB) CreateTodo(ctx context.Context, userID string, c TodoChange) (*Todo, error) {
	return nil, errStub
}
func (db *DB) Todo(ctx context.Context, userID, id string) (*Todo, error) { return nil, errStub }
func (db *DB) Todos(ctx context.Context, userID string, q TodoQuery) ([]Todo, bool, error) {
	return nil, false, errStub
}
func (db *DB) FindTodos(ctx context.Context, userID, name string, limit int) ([]Todo, error) {
	return nil, errStub
}
func (db *DB) UpdateTodo(ctx context.Context, userID, id string, c TodoChange) (*Todo, error) {
	return nil, errStub
}
func (db *DB) DeleteTodo(ctx context.Context, userID, id string) (*Todo, error) { return nil, errStub }
