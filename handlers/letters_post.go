package handlers

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/models"
)

// post sends the letters that wait in the database, those of every server of the
// same database, so that none is lost with a process. Each is sent by who has
// claimed it. A nil post writes and sends nothing.
type post struct {
	db    *models.DB
	mail  *mail.Mailer
	key   []byte    // that seals letters
	old   OldSecret // that sealed some that still wait
	log   *slog.Logger
	wake  chan struct{}
	done  chan struct{}
	open  context.Context // ends when no more letters are to be claimed
	shut  context.CancelFunc
	ctx   context.Context // of letters that are being sent
	abort context.CancelFunc
}

const (
	postEvery  = 2 * time.Second  // between looks for letters that are due, or were written elsewhere
	postAtOnce = 8                // letters
	postTime   = 30 * time.Second // for one letter to be sent
	postHold   = 3 * time.Minute  // far longer than that: then whoever has the letter is dead
)

// postPauses are before the second try, the third and so on; the last is repeated.
var postPauses = []time.Duration{time.Second, 10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}

// newPost begins to send letters. They are sealed with the session secret, which
// all servers of the same database share.
func newPost(o Options) *post {
	if o.Mail == nil {
		return nil
	}
	p := &post{db: o.DB, mail: o.Mail, key: letterKey(o.SessionSecret), old: o.OldSession, log: o.Log, wake: make(chan struct{}, 1), done: make(chan struct{})}
	p.open, p.shut = context.WithCancel(context.Background())
	p.ctx, p.abort = context.WithCancel(context.Background())
	go p.run()
	return p
}

// write seals a letter about somebody's account, or nobody's, for the database.
func (p *post) write(userID string, l letter) (*models.NewLetter, error) {
	if p == nil {
		return nil, nil
	}
	plain, err1 := json.Marshal(l.Letter)
	seal, err2 := sealer(p.key)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("write a letter: %w", err)
	}
	return &models.NewLetter{UserID: userID, Kind: l.kind, Life: l.life, Sealed: seal.Seal(nil, nil, plain, []byte(l.kind))}, nil
}

func letterKey(secret []byte) []byte { return mac(secret, "letters") }

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// unseal reads a letter.
func (p *post) unseal(l *models.Letter) ([]byte, error) {
	keys := [][]byte{p.key}
	if p.old.good(time.Now()) {
		keys = append(keys, letterKey(p.old.Secret))
	}
	for _, key := range keys {
		seal, err := sealer(key)
		if err != nil {
			return nil, err
		}
		if plain, err := seal.Open(nil, nil, l.Sealed, []byte(l.Kind)); err == nil {
			return plain, nil
		}
	}
	return nil, &mail.RefusedError{Err: errors.New("it was sealed with another SESSION_SECRET")}
}

// nudge has letters sent that were just written.
func (p *post) nudge() {
	if p != nil {
		nudge(p.wake)
	}
}

func (p *post) run() {
	defer close(p.done)
	ticker := time.NewTicker(postEvery)
	defer ticker.Stop()
	for {
		p.round()
		select {
		case <-p.open.Done():
			return
		case <-p.wake:
		case <-ticker.C:
		}
	}
}

// round sends what is due.
func (p *post) round() {
	for p.open.Err() == nil {
		letters, err := p.db.ClaimLetters(p.open, postAtOnce, postHold)
		if err != nil && p.open.Err() == nil {
			p.log.Error("no letters can be sent", "err", err)
		}
		var wg sync.WaitGroup
		for i := range letters {
			wg.Go(func() { p.deliver(&letters[i]) })
		}
		wg.Wait()
		if len(letters) < postAtOnce {
			return
		}
	}
}

// deliver sends a letter and forgets it, or sees that it is tried again.
func (p *post) deliver(l *models.Letter) {
	err := p.send(l)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), maxRecheck)
	defer cancel()
	pause := postPauses[min(l.Attempts, len(postPauses))-1]
	switch {
	case err == nil:
		err = p.db.LetterSent(ctx, l.ID)
	case p.ctx.Err() != nil: // not the letter's fault
		err = p.db.LetterLater(ctx, l.ID, 0)
	case mail.Refused(err) || time.Now().Add(pause).After(l.EndsAt.Time):
		p.log.Error("a letter is given up", "letter", l.ID, "kind", l.Kind, "attempts", l.Attempts, "err", err)
		err = p.db.GiveUpLetter(ctx, l)
	default:
		p.log.Warn("a letter was not sent yet", "letter", l.ID, "kind", l.Kind, "attempts", l.Attempts, "again in", pause, "err", err)
		err = p.db.LetterLater(ctx, l.ID, pause)
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) { // its account may be gone since
		p.log.Error("a letter's fate is not recorded", "letter", l.ID, "kind", l.Kind, "err", err)
	}
}

func (p *post) send(l *models.Letter) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	if !time.Now().Before(l.EndsAt.Time) {
		return errors.New("its time is over")
	}
	plain, err := p.unseal(l)
	if err != nil {
		return err
	}
	var m mail.Letter
	if err := json.Unmarshal(plain, &m); err != nil {
		return &mail.RefusedError{Err: err}
	}
	ctx, cancel := context.WithTimeout(p.ctx, postTime)
	defer cancel()
	return p.mail.Send(ctx, m)
}

// close waits for what is being sent, at most until ctx ends; what is not sent by
// then waits for the next server.
func (p *post) close(ctx context.Context) {
	if p == nil {
		return
	}
	p.shut()
	select {
	case <-p.done:
	case <-ctx.Done():
	}
	p.abort()
}
