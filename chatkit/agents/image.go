package agents

import (
	"fmt"

	"github.com/taskpilot/taskpilot/chatkit"
)

func dataURL(_, data string, _ int) (string, error) { return "data:image/png;base64," + data, nil }

// image returns the item of an image, which it shows empty if it is new. It ends
// the workflow, so that what is stored stands in the order in which it was seen.
func (t *Translator) image(model string) (*chatkit.GeneratedImageItem, error) {
	if item, ok := t.images[model]; ok {
		return item, nil
	}
	if err := t.settle(); err != nil {
		return nil, err
	}
	if err := t.endWorkflow(nil, false); err != nil {
		return nil, err
	}
	item := &chatkit.GeneratedImageItem{}
	t.images[model] = item
	return item, t.add(item)
}

func (t *Translator) imagePartial(e ImagePartial) error {
	item, err := t.image(e.Item)
	if err != nil {
		return err
	}
	url, err := t.opts.ImageURL(e.Item, e.Data, e.Index)
	if err != nil {
		return fmt.Errorf("agents: partial image: %w", err)
	}
	progress := 0.0
	if n := t.opts.PartialImages; n > 0 {
		progress = min(1, float64(e.Index)/float64(n))
	}
	return t.update(item.ID, chatkit.ImageUpdated{Image: chatkit.GeneratedImage{ID: e.Item, URL: url}, Progress: &progress})
}

func (t *Translator) imageDone(e ImageDone) error {
	item, err := t.image(e.Item)
	if err != nil {
		return err
	}
	delete(t.images, e.Item)
	url, err := t.opts.ImageURL(e.Item, e.Data, -1)
	if err != nil {
		return fmt.Errorf("agents: image: %w", err)
	}
	done := *item
	done.Image = &chatkit.GeneratedImage{ID: e.Item, URL: url}
	return t.out(chatkit.ItemDone{Item: &done})
}
