// Command echo is a complete, small ChatKit server on net/http. It says back what
// it hears; asked for "buttons" it shows a widget whose buttons work.
//
//	go run ./examples/echo
//	curl -N localhost:8080/chatkit -H 'Authorization: Bearer ann' -d \
//	  '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"Hello there"}]}}}'
//
// A front end is pointed at it with api: {url: "http://localhost:8080/chatkit", …}.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "where to listen")
	pause := flag.Duration("pause", 80*time.Millisecond, "between the words of an answer")
	flag.Parse()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	server := &http.Server{Addr: *addr, Handler: newHandler(&echo{pause: *pause}, log), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close() // running answers are stopped, and what there is of them stored
	}()
	log.Info("listening", "url", "http://"+*addr+"/chatkit")
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Error("the server stopped", "error", err)
		os.Exit(1)
	}
}

// newHandler wires the store, the responder and the server together.
func newHandler(responder chatkit.Responder, log *slog.Logger) http.Handler {
	store := memstore.New(func(ctx context.Context) string { return userOf(ctx) })
	mux := http.NewServeMux()
	mux.Handle("/chatkit", authenticate(&chatkit.Server{Store: store, Responder: responder, Log: log}))
	return mux
}

// userKey is where a context keeps the name of the person who asks.
type userKey struct{}

func userOf(ctx context.Context) string {
	name, _ := ctx.Value(userKey{}).(string)
	return name
}

// authenticate takes the bearer token for the person's name. A real server looks
// it up; the rest of the wiring is the same: the store sees only what belongs to
// the person in the context.
func authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || name == "" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":"unauthorized","message":"Sign in first."}}`)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, name)))
	})
}
