package models

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

const (
	slow  = 500 * time.Millisecond // is when a statement is worth a line in the log
	shown = 500                    // characters of it: one that stores many rows has thousands
)

// slowLog reports slow statements, without their values: those are people's
// own. Errors are returned to callers and not logged here.
type slowLog struct{ log *slog.Logger }

// LogMode returns l: the level is the slog handler's business.
func (l slowLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info drops GORM's own remarks, which may carry values.
func (l slowLog) Info(context.Context, string, ...any) {}

// Warn drops GORM's own remarks, which may carry values.
func (l slowLog) Warn(context.Context, string, ...any) {}

// Error drops GORM's own remarks, which may carry values.
func (l slowLog) Error(context.Context, string, ...any) {}

// Trace reports a slow statement.
func (l slowLog) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), _ error) {
	took := time.Since(begin)
	if took < slow {
		return
	}
	statement, rows := fc()
	l.log.WarnContext(ctx, "slow statement", "took", took, "rows", rows, "sql", clip(statement, shown))
}

// ParamsFilter takes the values out of every statement that is logged.
func (l slowLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
