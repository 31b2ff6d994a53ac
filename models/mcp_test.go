package models_test

import (
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestMCPApprovals(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		list := func() string {
			t.Helper()
			text := ""
			for _, a := range must[[]models.MCPApproval](t)(db.MCPApprovals(t.Context())) {
				text += a.Server + "/" + a.Tool + "=" + a.Fingerprint + " "
			}
			return text
		}
		want(t, db.ApproveMCP(t.Context()), nil)
		want(t, db.ApproveMCP(t.Context(), models.MCPApproval{Server: "web", Tool: "get", Fingerprint: "1"},
			models.MCPApproval{Server: "web", Tool: "put", Fingerprint: "1"}, models.MCPApproval{Server: "files", Tool: "get", Fingerprint: "1"}), nil)
		want(t, db.ApproveMCP(t.Context(), models.MCPApproval{Server: "web", Tool: "get", Fingerprint: "2"}), nil)
		if got := list(); got != "files/get=1 web/get=2 web/put=1 " {
			t.Errorf("approved: %s", got)
		}
		if n := must[int64](t)(db.RevokeMCP(t.Context(), "web", "put")); n != 1 {
			t.Errorf("revoked %d", n)
		}
		if n := must[int64](t)(db.RevokeMCP(t.Context(), "files", "")); n != 1 || list() != "web/get=2 " {
			t.Errorf("revoked %d, left %s", n, list())
		}
	})
}
