package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/url"
	"os"
	"runtime"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/views/locale"
)

// child serves until standard input ends, which it does with the parent.
func child(options string) (err error) {
	var o Options
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := "http://" + listener.Addr().String()
	var app *fiber.App
	counts, closeAll := &counting{}, func() error { return nil }
	if o.Bare {
		app = bare(o.Every, o.Burst)
	} else if app, closeAll, err = taskpilot(o, address, counts); err != nil {
		return err
	}
	control, err := serveControl(counts)
	if err != nil {
		return err
	}
	go func() { _ = app.Listener(listener) }()
	if err := json.NewEncoder(os.Stdout).Encode(addresses{address, control}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, closeAll())
}

// taskpilot wires the program as its serve command does, but for the assistant.
func taskpilot(o Options, address string, counts *counting) (app *fiber.App, closeAll func() error, err error) {
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := models.Open(ctx, o.Database)
	if err != nil {
		return nil, nil, err
	}
	owner := chatkit.NewID("own")
	if err := db.Own(ctx, owner); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	counts.Store = handlers.NewStore(db)
	engine, err := live.New(ctx, counts, live.Options{Owner: owner, Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	public, err := url.Parse(address)
	if err != nil {
		return nil, nil, err
	}
	go live.KeepThrifty(ctx)
	go db.KeepTidy(ctx, log)
	answers, err := o.assistant()
	if err != nil {
		return nil, nil, err
	}
	languages, err := locale.Load()
	if err != nil {
		return nil, nil, err
	}
	options := handlers.Options{Languages: languages, DB: db, Engine: engine, Assistant: answers, Owner: owner, PublicURL: public,
		JWTSecret: []byte(JWTSecret), SessionSecret: []byte(JWTSecret), SignupOpen: true, Version: "benchmark", Log: log}
	if options.Files, err = o.files(ctx, db, log); err != nil {
		return nil, nil, err
	}
	if o.Mail != "" {
		if options.Mail, err = mail.New(o.Mail, "bench@example.com"); err != nil {
			return nil, nil, err
		}
	}
	h := handlers.New(options)
	return h.App(), func() error {
		now, cancel := context.WithCancel(ctx)
		cancel()
		engine.Close(now)
		h.Close(now)
		return db.Close()
	}, nil
}

// files is where attachments are kept.
func (o Options) files(ctx context.Context, db *models.DB, log *slog.Logger) (*files.Files, error) {
	if o.Files == "" {
		return nil, nil
	}
	return Files(ctx, o.Files, db, log)
}

// Files opens the store of attachments in a folder.
func Files(ctx context.Context, folder string, db *models.DB, log *slog.Logger) (*files.Files, error) {
	return files.Open(ctx, files.Options{DB: db, URL: "file:" + folder + "/bucket", Dir: folder + "/uploads", Log: log})
}

// assistant is who answers.
func (o Options) assistant() (assistant.Assistant, error) {
	cfg := assistant.Config{BaseURL: o.Model, Model: "m"}
	switch o.Engine {
	case "completions":
		return assistant.NewCompletions(cfg)
	case "responses":
		return assistant.NewResponses(cfg)
	}
	if o.Burst == 0 {
		return speaker{every: o.Every}, nil
	}
	return speaker{o.Every, newProse(o.Burst)}, nil
}

// serveControl lets the parent ask how the process is.
func serveControl(counts *counting) (address string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/profile", pprof.Profile)
	mux.Handle("/heap", pprof.Handler("heap"))
	mux.HandleFunc("/stats", func(w http.ResponseWriter, _ *http.Request) {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		_ = json.NewEncoder(w).Encode(Stats{Commits: counts.commits.Load(), Events: counts.events.Load(),
			CommitTime: time.Duration(counts.busy.Load()), Heap: int64(mem.HeapInuse), Stacks: int64(mem.StackInuse),
			Goroutines: runtime.NumGoroutine()}) // a parent that left needs none
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), nil
}
