package handlers

import (
	"context"
	"time"

	"github.com/taskpilot/taskpilot/models"
)

// readAgain is how often a process that reads another one's run for somebody
// says so.
const readAgain = 3 * time.Second

// reads counts somebody who reads a run, until leave is called: here, or in the
// database for the process that the run is in.
func (h *Handlers) reads(run *models.Run) (leave func()) {
	if run.Owner == h.Owner {
		return h.audience.enter(run.ID)
	}
	if run.Status != models.RunRunning {
		return func() {}
	}
	ctx, cancel := context.WithCancel(h.streams.ctx)
	h.noteReader(ctx, run)
	go func() {
		ticker := time.NewTicker(readAgain)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				h.noteReader(ctx, run)
			}
		}
	}()
	return cancel
}

func (h *Handlers) noteReader(ctx context.Context, run *models.Run) {
	if err := h.DB.ReadElsewhere(ctx, run.UserID, run.ID); err != nil && ctx.Err() == nil {
		h.Log.Warn("a reader is not noted", "run", run.ID, "err", err)
	}
}

// readElsewhere reports whether another process reads the run for somebody. As
// long as the database can't say, it does.
func (h *Handlers) readElsewhere(runID string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	read, err := h.DB.IsReadElsewhere(ctx, runID, 2*readAgain)
	if err != nil {
		h.Log.Warn("readers are not known", "run", runID, "err", err)
	}
	return read || err != nil
}
