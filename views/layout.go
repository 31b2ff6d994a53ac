package views

import (
	"context"
	"encoding/json"

	"github.com/a-h/templ"
)

// csrfHeader is the attribute that makes every htmx request of the page carry
// the token.
func csrfHeader(ctx context.Context) templ.Attributes {
	token := csrfToken(ctx)
	if token == "" {
		return nil
	}
	// A map of two strings always encodes.
	value, _ := json.Marshal(map[string]string{"X-CSRF-Token": token})
	return templ.Attributes{"hx-headers:inherited": string(value)}
}

// outOfBand is the attribute that makes a part of an answer take the place of
// the element with its id.
func outOfBand(oob bool) templ.Attributes {
	if !oob {
		return nil
	}
	return templ.Attributes{"hx-swap-oob": "true"}
}

// ifHere is the attribute of a link to the page that is shown. (An attribute
// without a value would say that it is another one.)
func ifHere(here bool) templ.Attributes {
	if !here {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}
