package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant/mcp"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/views/locale"
)

// How long the steps of a shutdown may take.
const (
	drainTime = 2 * time.Second // for running answers to come to their own end
	closeTime = 3 * time.Second // for streams and requests after that
)

// serve runs the server until ctx ends.
func serve(ctx context.Context, c Config, log *slog.Logger) error {
	log.InfoContext(ctx, "starting", "version", version, "config", c)
	for _, sentence := range c.Unknown {
		log.WarnContext(ctx, sentence)
	}
	for _, setting := range c.inTheClear() {
		log.WarnContext(ctx, "what goes to this server can be read and changed on its way: use TLS with a certificate that is checked", "setting", setting)
	}
	s, err := boot(ctx, c, log)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "ready", "url", c.PublicURL, "listening", s.listener.Addr().String())
	failed := make(chan error, 1)
	go func() { failed <- s.app.Listener(s.listener) }()
	go s.tidy(ctx, log)
	go s.indexOlder(ctx, log)
	go s.db.KeepTidy(ctx, log)
	go live.KeepThrifty(ctx)
	select {
	case err = <-failed:
	case <-ctx.Done():
		log.Info("shutting down")
	}
	return errors.Join(err, s.close())
}

// server is a booted TaskPilot: everything wired, the port taken.
type server struct {
	db       *models.DB
	files    *files.Files
	engine   *live.Engine
	mcp      *mcp.Servers // nil: nobody could use them
	handlers *handlers.Handlers
	app      *fiber.App
	listener net.Listener
}

// boot opens and migrates the database, finishes what a dead process left,
// wires the parts and takes the port.
func boot(ctx context.Context, c Config, log *slog.Logger) (_ *server, err error) {
	s := &server{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.db, err = openDatabase(ctx, c); err != nil {
		return nil, err
	}
	s.db.SetLimits(models.Limits{Messages: c.Tools.DailyMessages, Tokens: c.Tools.DailyTokens})
	s.db.KeepAudit(time.Duration(c.AuditDays) * 24 * time.Hour)
	owner := chatkit.NewID("own")
	if err = s.db.Own(ctx, owner); err != nil {
		return nil, fmt.Errorf("take the database: %w", err)
	}
	if s.engine, err = live.New(ctx, handlers.NewStore(s.db), live.Options{Owner: owner, Log: log}); err != nil {
		return nil, err
	}
	if s.files, err = openFiles(ctx, c, s.db, log); err != nil {
		return nil, err
	}
	publicURL, err := url.Parse(c.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("PUBLIC_URL: %w", err)
	}
	if c.Assistant != engineBuiltin {
		s.mcp = mcp.New(c.Tools.MCP, handlers.NewApprovals(s.db), log)
	}
	answers, err := newAssistant(c, s.db, s.engine, s.mcp, log)
	if err != nil {
		return nil, err
	}
	speech, err := newTranscriber(c)
	if err != nil {
		return nil, err
	}
	languages, err := locale.Load()
	if err != nil {
		return nil, err
	}
	mailer, err := newMailer(c)
	if err != nil {
		return nil, err
	}
	s.handlers = handlers.New(handlers.Options{
		Languages: languages, DB: s.db, Engine: s.engine, Assistant: answers, Files: s.files, Owner: owner,
		PublicURL: publicURL, JWTSecret: []byte(c.JWTSecret.Reveal()), SessionSecret: []byte(c.SessionSecret.Reveal()),
		OldJWT: c.OldJWT.accepted(), OldSession: c.OldSession.accepted(), MetricsToken: c.MetricsToken.Reveal(),
		SignupOpen: c.SignupOpen, OIDC: c.OIDC.provider(), Mail: mailer, ShareLinks: c.ShareLinks, AllowedOrigins: c.AllowedOrigins, Grace: handlers.DefaultGrace,
		Models: c.Tools.Models, ClientTools: clientToolNames(c), Tools: c.OpenAI.Hosted.offered(),
		ScriptURL: c.ScriptURL, DomainKey: c.DomainKey, Transcriber: speech, AuditDays: c.AuditDays, Disk: diskOf(c.DataDir), Version: version, Log: log,
	})
	s.app = s.handlers.App()
	if s.listener, err = listen(c.Addr); err != nil {
		return nil, err
	}
	return s, nil
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("another program listens on %s already; stop it, or choose another port with PORT: %w", addr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

func openDatabase(ctx context.Context, c Config) (*models.DB, error) {
	db, err := models.Open(ctx, c.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate the database: %w", err), db.Close())
	}
	return db, nil
}

func openFiles(ctx context.Context, c Config, db *models.DB, log *slog.Logger) (*files.Files, error) {
	store, err := files.Open(ctx, files.Options{DB: db, URL: c.Files.URL, Dir: filepath.Join(c.DataDir, "uploads"),
		Limits: files.Limits{File: c.Files.File, Total: c.Files.Total}, Log: log})
	if err != nil {
		return nil, fmt.Errorf("ATTACHMENTS_URL: %w", err)
	}
	return store, nil
}

const (
	// tidyEvery is how often sessions and tokens that ended are deleted, and files
	// that nobody needs.
	tidyEvery = time.Hour
	// emptyEvery is how often threads are deleted that people have deleted, and
	// what is left of accounts whose deletion was cut.
	emptyEvery = time.Minute
)

// tidy deletes now and then what has expired, until ctx ends.
func (s *server) tidy(ctx context.Context, log *slog.Logger) {
	ticker, trash := time.NewTicker(tidyEvery), time.NewTicker(emptyEvery)
	defer ticker.Stop()
	defer trash.Stop()
	for {
		s.emptyTrash(ctx, log)
		if err := s.db.PurgeExpired(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "deleting what has expired", "err", err)
		}
		if err := s.files.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "deleting files that nobody needs", "err", err)
		}
		for tidied := true; tidied; {
			select {
			case <-ctx.Done():
				return
			case <-trash.C:
				s.emptyTrash(ctx, log)
			case <-ticker.C:
				tidied = false
			}
		}
	}
}

func (s *server) emptyTrash(ctx context.Context, log *slog.Logger) {
	if err := s.db.EmptyTrash(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "deleting threads for good", "err", err)
	}
	if err := s.db.FinishLeaving(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "deleting accounts to the end", "err", err)
	}
}

// indexPause is between two steps of indexing what is older than the index: a
// large database takes longer, but nobody waits behind it.
const indexPause = 5 * time.Millisecond

// indexOlder indexes for search what was there before there was an index, until
// all of it is or ctx ends.
func (s *server) indexOlder(ctx context.Context, log *slog.Logger) {
	pause := time.NewTicker(indexPause)
	defer pause.Stop()
	for {
		more, err := s.db.IndexOlder(ctx)
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "indexing older threads; the next start goes on", "err", err)
		}
		if err != nil || !more {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// close ends the server in the order in which nothing is lost: answers first,
// then the streams that show them, then requests, then the database.
func (s *server) close() error {
	var errs []error
	if s.engine != nil {
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		s.engine.Close(ctx)
		cancel()
	}
	if s.handlers != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		s.handlers.Close(ctx)
		cancel()
	}
	if s.app != nil && s.listener != nil {
		errs = append(errs, s.app.ShutdownWithTimeout(closeTime))
	}
	if s.files != nil {
		errs = append(errs, s.files.Close())
	}
	if s.mcp != nil {
		s.mcp.Close()
	}
	if s.db != nil {
		errs = append(errs, s.db.Disown(), s.db.Close())
	}
	return errors.Join(errs...)
}
