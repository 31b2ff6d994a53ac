package models

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockKey is the number of an owner's advisory lock.
func lockKey(owner string) int64 {
	sum := sha256.Sum256([]byte("taskpilot owner " + owner))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

const (
	leaseCheck = 5 * time.Second // how often the connection is asked whether it lives
	leaseAgain = time.Second     // how long to wait before taking a lost lock again
)

// connLease is an advisory lock on a connection of its own. The server drops
// it when the connection ends, however it ends; as long as the process lives
// the lock is then taken again.
type connLease struct {
	config *pgx.ConnConfig
	key    int64
	stop   context.CancelFunc
	done   chan struct{}
}

func leasePostgres(ctx context.Context, config *pgx.ConnConfig, owner string) (lease, error) {
	l := &connLease{config: config, key: lockKey(owner), done: make(chan struct{})}
	conn, err := l.take(ctx)
	if err != nil {
		return nil, fmt.Errorf("as %q: %w", owner, err)
	}
	ctx, l.stop = context.WithCancel(context.WithoutCancel(ctx))
	go l.keep(ctx, conn)
	return l, nil
}

var errTaken = errors.New("another server already runs under this name; give each its own")

// take connects and locks.
func (l *connLease) take(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, l.config)
	if err != nil {
		return nil, err
	}
	var mine bool
	err = conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", l.key).Scan(&mine)
	if err == nil && mine {
		return conn, nil
	}
	closeConn(ctx, conn)
	if err == nil {
		err = errTaken
	}
	return nil, err
}

// keep watches the connection and replaces it when it breaks.
func (l *connLease) keep(ctx context.Context, conn *pgx.Conn) {
	defer close(l.done)
	for {
		l.watch(ctx, conn)
		closeConn(ctx, conn)
		for conn = nil; conn == nil; {
			if ctx.Err() != nil {
				return
			}
			again, cancel := context.WithTimeout(ctx, leaseCheck)
			conn, _ = l.take(again) // the next try tells; until then others may take over
			cancel()
			if conn == nil {
				wait(ctx, leaseAgain)
			}
		}
	}
}

// watch returns when the connection is broken or ctx ends.
func (l *connLease) watch(ctx context.Context, conn *pgx.Conn) {
	for ctx.Err() == nil {
		// Nobody notifies this connection: it waits, and sees a closed one at once.
		quiet, cancel := context.WithTimeout(ctx, leaseCheck)
		_, err := conn.WaitForNotification(quiet)
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return
		}
		ping, cancel := context.WithTimeout(ctx, leaseCheck)
		err = conn.Ping(ping)
		cancel()
		if err != nil {
			return
		}
	}
}

func (l *connLease) release() error {
	l.stop()
	<-l.done
	return nil
}

// closeConn unlocks and says goodbye, briefly: the process may be ending. A
// connection that is broken has lost its lock anyway, so errors say nothing.
func closeConn(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = conn.Exec(ctx, "SELECT pg_advisory_unlock_all()")
	_ = conn.Close(ctx)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
