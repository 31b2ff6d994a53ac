package handlers

import (
	"context"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/assistant/mcp"
	"github.com/taskpilot/taskpilot/models"
)

// approvals reads what the operator has approved of the MCP servers' tools.
type approvals struct {
	db *models.DB

	mu   sync.Mutex
	list map[mcp.Key]string
	read time.Time
}

// NewApprovals returns the database's approvals.
func NewApprovals(db *models.DB) mcp.Approvals { return &approvals{db: db} }

// approvalsFresh is how soon a new approval counts, and one that was taken back
// counts no more.
const approvalsFresh = 5 * time.Second

// Approved returns the fingerprints of what was approved.
func (a *approvals) Approved(ctx context.Context) (map[mcp.Key]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.list != nil && time.Since(a.read) < approvalsFresh {
		return a.list, nil
	}
	rows, err := a.db.MCPApprovals(ctx)
	if err != nil {
		return nil, err
	}
	a.list, a.read = make(map[mcp.Key]string, len(rows)), time.Now()
	for _, row := range rows {
		a.list[mcp.Key{Server: row.Server, Tool: row.Tool}] = row.Fingerprint
	}
	return a.list, nil
}
