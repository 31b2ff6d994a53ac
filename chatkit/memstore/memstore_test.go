package memstore_test

import (
	"context"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/memstore"
	"github.com/taskpilot/taskpilot/chatkit/storetest"
)

type userKey struct{}

func TestUpstream_test_store(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Setup {
		store := memstore.New(func(ctx context.Context) string {
			name, _ := ctx.Value(userKey{}).(string)
			return name
		})
		return storetest.Setup{Store: store,
			Ann: context.WithValue(t.Context(), userKey{}, "ann"), Bob: context.WithValue(t.Context(), userKey{}, "bob")}
	})
}
