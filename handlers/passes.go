package handlers

import (
	"crypto/sha256"
	"sync"
	"time"
)

// passes remembers for a moment which access tokens are good, so that a client
// that asks many things is not looked up for each. What this process ends ends
// at once; what another one ends, within passLife.
type passes struct {
	mu   sync.Mutex
	list map[[sha256.Size]byte]pass // by the token's hash
}

type pass struct {
	viewer  viewer
	expires time.Time // the token
	seen    time.Time // in the database
	changes int64     // models.DB.AccessChanges before that
}

const (
	passLife   = 2 * time.Second
	mostPasses = 10_000
)

// find returns whose token it is, if that was looked up a moment ago and nobody
// lost access here since.
func (p *passes) find(token string, now time.Time, changes int64) (viewer, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.list[sha256.Sum256([]byte(token))]
	age := now.Sub(found.seen)
	ok = ok && found.changes == changes && age >= 0 && age < passLife && now.Before(found.expires)
	return found.viewer, ok
}

func (p *passes) add(token string, found pass) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list == nil || len(p.list) >= mostPasses {
		p.list = map[[sha256.Size]byte]pass{}
	}
	p.list[sha256.Sum256([]byte(token))] = found
}
