package main

import (
	"context"
	"errors"
	"log/slog"
)

// serve runs the server until ctx ends.
func serve(ctx context.Context, c Config, log *slog.Logger) error {
	log.InfoContext(ctx, "starting", "config", c)
	return errors.New("serve: not connected yet")
}
