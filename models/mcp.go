package models

import (
	"context"

	"gorm.io/gorm/clause"
)

// MCPApproval says that the operator has read what a tool of an MCP server says
// about itself, and lets models have it. Another description needs another one.
type MCPApproval struct {
	Server      string `gorm:"primaryKey"`
	Tool        string `gorm:"primaryKey"`
	Fingerprint string // of the description
	ApprovedAt  Time
}

// TableName returns "mcp_approvals".
func (MCPApproval) TableName() string { return "mcp_approvals" }

// MCPApprovals returns all approvals.
func (db *DB) MCPApprovals(ctx context.Context) ([]MCPApproval, error) {
	var list []MCPApproval
	err := db.read(ctx).Order("server, tool").Find(&list).Error
	return list, wrap("MCP approvals", err)
}

// ApproveMCP stores approvals, in the place of earlier ones of the same tools.
func (db *DB) ApproveMCP(ctx context.Context, list ...MCPApproval) error {
	if len(list) == 0 {
		return nil
	}
	for i := range list {
		list[i].ApprovedAt = At(db.now())
	}
	return wrap("approve MCP tools", db.writer.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "server"}, {Name: "tool"}},
		DoUpdates: clause.AssignmentColumns([]string{"fingerprint", "approved_at"}),
	}).Create(&list).Error)
}

// RevokeMCP takes back the approvals of a server's tools; with tool "", of all.
func (db *DB) RevokeMCP(ctx context.Context, server, tool string) (int64, error) {
	query := db.writer.WithContext(ctx).Where("server = ?", server)
	if tool != "" {
		query = query.Where("tool = ?", tool)
	}
	gone := query.Delete(&MCPApproval{})
	return gone.RowsAffected, wrap("revoke MCP approvals", gone.Error)
}
