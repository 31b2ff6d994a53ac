package handlers

import (
	"fmt"
	"io/fs"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestWhatCantBeStoredIsSaid(t *testing.T) {
	t.Parallel()
	if p := problemOf(fmt.Errorf("models: create task: %w", models.ErrUnreachable)); p.Status != 503 || p.Code != "unavailable" || p.RetryAfter == 0 {
		t.Errorf("without a database: %+v", p)
	}
	for _, err := range []error{
		fmt.Errorf("models: create task: %w", models.ErrUnwritable),
		&fs.PathError{Op: "write", Path: "uploads/upload-1", Err: syscall.ENOSPC},
		fmt.Errorf("open: %w", syscall.EROFS),
	} {
		if p := problemOf(err); p.Status != 507 || p.Code != "not_stored" || p.cause == nil {
			t.Errorf("%v: %+v", err, p)
		}
	}
}

func TestFullDiskIsNotReady(t *testing.T) {
	t.Parallel()
	var free atomic.Uint64
	free.Store(1 << 40)
	v := boot(t, modelstest.Open(t), func(o *Options) {
		o.Disk = func() (DiskSpace, error) { return DiskSpace{Free: free.Load(), Total: 1 << 41}, nil }
	}).nobody()
	v.do("GET", "/readyz", nil).want(200)
	free.Store(4096)
	v.do("GET", "/readyz", nil).want(503).has(`"failing":"disk"`)
	v.do("GET", "/healthz", nil).want(200)
}
