package handlers

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// searchHits is how many hits a page shows.
const searchHits = 20

// searchPage shows what a search finds, for htmx only that.
func (h *Handlers) searchPage(c *fiber.Ctx) error {
	s, err := h.searchView(c.UserContext(), userID(c), models.SearchQuery{Text: c.Query("q"), After: c.Query("after"), Limit: searchHits})
	if err != nil {
		return err
	}
	switch {
	case isHTMX(c) && s.Page:
		return h.render(c, views.SearchMore(s))
	case isHTMX(c):
		return h.render(c, views.SearchResults(s))
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	s.Viewer = viewerView(c)
	return h.render(c, views.SearchPage(s, list))
}

func (h *Handlers) searchView(ctx context.Context, userID string, q models.SearchQuery) (views.Search, error) {
	found, err := h.DB.Search(ctx, userID, q)
	if err != nil {
		return views.Search{}, err
	}
	s := views.Search{Question: q.Text, More: found.After, Page: q.After != "", Unfinished: found.Unfinished && q.After == ""}
	for _, hit := range found.Hits {
		v := views.Hit{ThreadID: hit.ThreadID, Title: hit.Title, Archived: hit.Archived, ItemID: hit.ItemID,
			Yours: hit.Type == new(chatkit.UserMessage).ItemType(), At: hit.At.Time}
		for _, span := range hit.Excerpt {
			v.Excerpt = append(v.Excerpt, views.Span(span))
		}
		s.Hits = append(s.Hits, v)
	}
	return s, nil
}

// hitJSON is one hit as the API shows it. A hit without an item is a thread by
// its title.
type hitJSON struct {
	ThreadID    string       `json:"thread_id"`
	ThreadTitle string       `json:"thread_title"`
	Archived    bool         `json:"archived"`
	ItemID      *string      `json:"item_id"`
	Role        *string      `json:"role"`
	CreatedAt   chatkit.Time `json:"created_at"`
	Excerpt     []spanJSON   `json:"excerpt"`
}

// spanJSON is a piece of an excerpt, plain text.
type spanJSON struct {
	Text  string `json:"text"`
	Match bool   `json:"match"`
}

func hitOf(hit models.Hit) hitJSON {
	out := hitJSON{ThreadID: hit.ThreadID, ThreadTitle: hit.Title, Archived: hit.Archived, CreatedAt: hit.At.ChatKit(), Excerpt: []spanJSON{}}
	for _, span := range hit.Excerpt {
		out.Excerpt = append(out.Excerpt, spanJSON(span))
	}
	if hit.ItemID != "" {
		role := "assistant"
		if hit.Type == new(chatkit.UserMessage).ItemType() {
			role = "user"
		}
		out.ItemID, out.Role = &hit.ItemID, &role
	}
	return out
}

func (h *Handlers) apiSearch(c *fiber.Ctx) error {
	limit, after, _, err := listQuery(c, searchHits, chatkit.Desc)
	if err != nil {
		return err
	}
	found, err := h.DB.Search(c.UserContext(), userID(c), models.SearchQuery{Text: c.Query("q"), Limit: limit, After: after})
	if err != nil {
		return err
	}
	body := pageJSON[hitJSON]{Data: []hitJSON{}, HasMore: found.After != ""}
	for _, hit := range found.Hits {
		body.Data = append(body.Data, hitOf(hit))
	}
	if body.HasMore {
		body.After = &found.After
	}
	return c.JSON(body)
}

// newerItems is how many items after the wanted one a page shows, about.
const newerItems = 20

// pageAround returns the number before which a page of the thread ends that has
// the item in it, 0 for the thread's end. An item that is not there any more is
// looked for at the end.
func (h *Handlers) pageAround(ctx context.Context, userID, threadID, itemID string) (int64, error) {
	newer, _, err := h.DB.Items(ctx, userID, threadID,
		models.ItemQuery{After: itemID, Limit: 2 * newerItems, Order: chatkit.Asc, Hidden: true})
	if errors.Is(err, models.ErrInvalid) {
		return 0, nil
	}
	if err != nil || len(newer) < 2*newerItems {
		return 0, err
	}
	for i := newerItems; i < len(newer); i++ {
		if newer[i].RunID != newer[i-1].RunID {
			return newer[i].Seq, nil
		}
	}
	return newer[len(newer)-1].Seq, nil
}
