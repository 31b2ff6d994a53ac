package models

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Run is the work of producing one answer.
type Run struct {
	ID            string `gorm:"primaryKey"`
	UserID        string `gorm:"primaryKey"`
	ThreadID      string
	ItemID        string // the user message that it answers
	Status        string // RunRunning and its neighbours
	ErrorCode     string
	ErrorMessage  string
	AllowRetry    bool
	StopRequested bool
	Owner         string // the instance that runs it
	LastSeq       int64  `gorm:"->"` // of its last event, once it has finished
	CreatedAt     Time
	FinishedAt    *Time
}

// The statuses of a Run. All but RunRunning are final.
const (
	RunRunning        = "running"
	RunCompleted      = "completed"
	RunRequiresAction = "requires_action"
	RunFailed         = "failed"
	RunCancelled      = "cancelled"
	RunInterrupted    = "interrupted"
)

// runRow is a Run with the columns that only this package uses.
type runRow struct {
	Run
	ClientKey   *string // the client's name for the request
	RequestSum  *string // of what was asked for under that name; nil: not compared
	EndSeq      *int64  // LastSeq of a finished run
	Purged      bool    // its events are gone
	DeliveredAt *Time   // when a client had read the whole answer
	ReadAt      *Time   // when another process last read it for somebody
}

// TableName returns "runs".
func (runRow) TableName() string { return "runs" }

// runs selects runs with the number of their last event.
func runs(tx *gorm.DB) *gorm.DB {
	return tx.Model(&Run{}).Select("runs.*, COALESCE(runs.end_seq, 0) AS last_seq")
}

func firstRun(query *gorm.DB) (*Run, error) {
	r := new(Run)
	if err := query.Take(r).Error; err != nil {
		return nil, err
	}
	return r, nil
}

// Run returns one run of the user's.
func (db *DB) Run(ctx context.Context, userID, id string) (*Run, error) {
	r, err := firstRun(runs(db.read(ctx)).Where("user_id = ? AND id = ?", userID, id))
	return r, wrap("run", err)
}

// ActiveRun returns the run that is answering in the thread. ErrNotFound: none
// is, or the thread is not the user's.
func (db *DB) ActiveRun(ctx context.Context, userID, threadID string) (*Run, error) {
	r, err := activeRun(db.read(ctx), userID, threadID)
	return r, wrap("active run", err)
}

func activeRun(tx *gorm.DB, userID, threadID string) (*Run, error) {
	// The status is spelled out: only so does SQLite use the index of active runs.
	return firstRun(runs(tx).Where("user_id = ? AND thread_id = ? AND status = 'running'", userID, threadID))
}

// Runs returns those of the named runs that are in the user's thread, oldest first.
func (db *DB) Runs(ctx context.Context, userID, threadID string, ids []string) ([]Run, error) {
	var list []Run
	if len(ids) == 0 {
		return nil, nil
	}
	// The thread is checked here: in the query it would make SQLite read all of
	// the thread's runs instead of these few.
	err := runs(db.read(ctx)).Where("user_id = ? AND id IN ?", userID, ids).Find(&list).Error
	list = slices.DeleteFunc(list, func(r Run) bool { return r.ThreadID != threadID })
	slices.SortFunc(list, func(a, b Run) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	return list, wrap("runs", err)
}

// RequestStop asks the run's owner to stop it. On a finished run it does nothing.
func (db *DB) RequestStop(ctx context.Context, userID, runID string) error {
	return wrap("request stop", db.write(ctx, func(tx *gorm.DB) error {
		if _, err := firstRun(tx.Where("user_id = ? AND id = ?", userID, runID)); err != nil {
			return err
		}
		return tx.Model(&Run{}).Where("user_id = ? AND id = ? AND status = 'running'", userID, runID).
			Update("stop_requested", true).Error
	}))
}

// StopRequests returns the owner's running runs that are to be stopped.
func (db *DB) StopRequests(ctx context.Context, owner string) ([]string, error) {
	var ids []string
	rows, err := db.query(ctx, "SELECT id FROM runs WHERE owner = ? AND status = 'running' AND stop_requested = true", owner)
	if err == nil { // it is asked several times a second as long as anything runs
		err = each(rows, func(rows *sql.Rows) error {
			id := ""
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	}
	return ids, wrap("stop requests", err)
}

// begin stores a new run for the message itemID.
func (db *DB) begin(tx *gorm.DB, userID, threadID, itemID, owner, runID, clientKey, sum string) (*Run, error) {
	row := runRow{Run: Run{ID: runID, UserID: userID, ThreadID: threadID, ItemID: itemID,
		Status: RunRunning, Owner: owner, CreatedAt: At(db.now())}}
	if clientKey != "" {
		row.ClientKey = &clientKey
		if sum != "" {
			row.RequestSum = &sum
		}
	}
	return &row.Run, tx.Create(&row).Error
}

// differs reports whether a repeated request asks for something else than the one
// that began the run.
func (r *runRow) differs(sum string) bool {
	return sum != "" && r.RequestSum != nil && *r.RequestSum != sum
}

func newRunID() string { return chatkit.NewID("run") }
