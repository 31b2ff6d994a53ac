package handlers

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestAPIAccounts(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		v := boot(t, db).nobody()
		in := credentials{Email: " Ann@Example.com", Password: modelstest.Password, Name: "Ann"}
		var up, in2 grantJSON
		v.do("POST", "/api/v1/auth/signup", in).want(201).json(&up)
		if up.User.Email != "ann@example.com" || up.User.Name != "Ann" || up.TokenType != "bearer" || up.ExpiresIn != 900 {
			t.Errorf("signed up as %+v", up)
		}
		v.do("POST", "/api/v1/auth/signup", in).problem(409, "conflict")
		v.do("POST", "/api/v1/auth/signin", in).want(200).json(&in2)
		if in2.User != up.User || in2.AccessToken == up.AccessToken || in2.RefreshToken == up.RefreshToken {
			t.Errorf("signed in as %+v", in2)
		}
		v.bearer = in2.AccessToken
		var me userJSON
		if v.do("GET", "/api/v1/auth/me", nil).want(200).json(&me); me != up.User {
			t.Errorf("me is %+v", me)
		}
	})
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		user := modelstest.User(t, db, "ann@example.com")
		v := boot(t, db).nobody()
		var first, second grantJSON
		v.do("POST", "/api/v1/auth/signin", credentials{Email: user.Email, Password: modelstest.Password}).want(200).json(&first)
		refresh := func(token string) *reply {
			return v.do("POST", "/api/v1/auth/refresh", map[string]string{"refresh_token": token})
		}
		refresh(first.RefreshToken).want(200).json(&second)
		if second.RefreshToken == first.RefreshToken || second.User.ID != user.ID {
			t.Fatalf("second grant %+v", second)
		}
		v.do("GET", "/api/v1/auth/me", nil, "Authorization", "Bearer "+second.AccessToken).want(200)
		// The old one comes back: somebody has stolen one of them. Everything ends.
		refresh(first.RefreshToken).problem(401, "unauthorized")
		refresh(second.RefreshToken).problem(401, "unauthorized")
		v.do("GET", "/api/v1/auth/me", nil, "Authorization", "Bearer "+second.AccessToken).problem(401, "unauthorized")
		refresh("").problem(400, "invalid_request")
		refresh(first.AccessToken).problem(401, "unauthorized")
	})
}

func TestAPISignOut(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	user := modelstest.User(t, db, "ann@example.com")
	s := boot(t, db)
	one, two, page := s.program(user), s.program(user), s.browser(user)
	one.do("POST", "/api/v1/auth/signout", nil).want(204)
	one.do("GET", "/api/v1/auth/me", nil).problem(401, "unauthorized")
	two.do("GET", "/api/v1/auth/me", nil).want(200)
	page.do("POST", "/api/v1/auth/signout", nil).want(204)
	page.do("GET", "/api/v1/auth/me", nil).problem(401, "unauthorized")
}

func TestAccessTokenEnds(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	user := modelstest.User(t, db, "ann@example.com")
	var late atomic.Int64
	s := boot(t, db, func(o *Options) { o.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) } })
	v := s.program(user)
	v.do("GET", "/api/v1/auth/me", nil).want(200)
	late.Store(int64(tokenLife + time.Minute))
	v.do("GET", "/api/v1/auth/me", nil).problem(401, "unauthorized")
	page, v := s.browser(user), s.program(user)
	v.do("GET", "/api/v1/auth/me", nil).want(200)
	if err := db.SetPassword(t.Context(), user.ID, "another good phrase"); err != nil {
		t.Fatal(err)
	}
	v.do("GET", "/api/v1/auth/me", nil).problem(401, "unauthorized")
	page.do("GET", "/api/v1/auth/me", nil).problem(401, "unauthorized")
}

// The API with the page's session: reading needs the cookie, changing the token
// of our own pages too.
func TestAPIWithCookie(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).browser(modelstest.User(t, db, "ann@example.com"))
	v.do("GET", "/api/v1/tasks", nil).want(200)
	v.do("POST", "/api/v1/tasks", map[string]string{"title": "milk"}).want(201)
	v.do("POST", "/api/v1/tasks", map[string]string{"title": "milk"}, "X-CSRF-Token", "").problem(403, "forbidden")
	v.do("POST", "/api/v1/tasks", map[string]string{"title": "milk"}, "X-CSRF-Token", v.csrf+"x").problem(403, "forbidden")
	v.do("POST", "/api/v1/tasks", map[string]string{"title": "milk"}, "Origin", "https://evil.example").problem(403, "forbidden")
	v.do("POST", "/api/v1/tasks", map[string]string{"title": "milk"}, "Sec-Fetch-Site", "cross-site").problem(403, "forbidden")
	rows, _, err := db.Todos(t.Context(), v.user.ID, models.TodoQuery{})
	if err != nil || len(rows) != 1 {
		t.Errorf("%d tasks, %v", len(rows), err)
	}
}
