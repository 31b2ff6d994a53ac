package views

import (
	"context"
	"time"
)

// endless is a budget that a busy machine does not use up.
func endless() budget {
	return budget{time.Now().Add(time.Hour), time.Hour, time.Hour, time.Hour, time.Hour}
}

// Unhurried returns a context in which rendering may take as long as it needs,
// so that what a test sees does not depend on how busy the machine is.
func Unhurried(ctx context.Context) context.Context {
	return context.WithValue(ctx, budgetKey, endless())
}

// GalleryWidgets returns the gallery's widgets in JSON.
func GalleryWidgets() []string {
	var list []string
	for _, w := range galleryWidgets() {
		list = append(list, w.widget)
	}
	return list
}

// Known are the sentences of other packages that pages translate.
func Known() []string { return known() }
