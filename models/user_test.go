package models_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestCreateUser(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := must[*models.User](t)(db.CreateUser(t.Context(),
			models.NewUser{Email: "  Ada.Lovelace@Example.COM ", Password: modelstest.Password}))
		if u.Email != "ada.lovelace@example.com" || u.Name != "ada.lovelace" || !strings.HasPrefix(u.ID, "usr_") {
			t.Errorf("user is %+v", u)
		}
		again := must[*models.User](t)(db.User(t.Context(), u.ID))
		if *again != *u {
			t.Errorf("read back %+v, want %+v", again, u)
		}
		must[*models.User](t)(db.UserByEmail(t.Context(), "ADA.lovelace@example.com"))
		_, err := db.CreateUser(t.Context(), models.NewUser{Email: "ada.LOVELACE@example.com", Password: modelstest.Password})
		want(t, err, models.ErrConflict)
		_, err = db.User(t.Context(), "usr_nobody")
		want(t, err, models.ErrNotFound)
	})
}

func TestCreateUserRefuses(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	for name, c := range map[string]struct{ email, user, password, field string }{
		"no address":        {"", "", modelstest.Password, "email"},
		"no at":             {"ada.example.com", "", modelstest.Password, "email"},
		"display name":      {"Ada <ada@example.com>", "", modelstest.Password, "email"},
		"two addresses":     {"a@example.com, b@example.com", "", modelstest.Password, "email"},
		"line break":        {"a@example.com\nBcc: b@example.com", "", modelstest.Password, "email"},
		"long address":      {strings.Repeat("a", 250) + "@example.com", "", modelstest.Password, "email"},
		"long name":         {"ada@example.com", strings.Repeat("é", 101), modelstest.Password, "name"},
		"short":             {"ada@example.com", "", "1234567", "password"},
		"long":              {"ada@example.com", "", strings.Repeat("x y", 86), "password"},
		"common":            {"ada@example.com", "", "Password", "password"},
		"common and digits": {"ada@example.com", "", "Sunshine2024!", "password"},
		"common alone":      {"ada@example.com", "", "1q2w3e4r", "password"},
		"leaked":            {"ada@example.com", "", "Myspace1", "password"},
		"leaked, no word":   {"ada@example.com", "", "a1b2c3d4", "password"},
		"leaked and a year": {"ada@example.com", "", "Liverpool#2019", "password"},
		"short and a year":  {"ada@example.com", "", "rolf2019", "password"},
		"one letter":        {"ada@example.com", "", "zzzzzzzzzz", "password"},
		"counting":          {"ada@example.com", "", "23456789", "password"},
		"counting down":     {"ada@example.com", "", "hgfedcba", "password"},
		"the address":       {"ada@example.com", "", "Ada@Example.com", "password"},
		"the local part":    {"ada.lovelace@example.com", "", "ada.lovelace", "password"},
		"NUL":               {"ada@example.com", "", "good\x00enough", "password"},
		"not UTF-8":         {"ada@example.com", "", "good\xffenough", "password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := db.CreateUser(t.Context(), models.NewUser{Email: c.email, Name: c.user, Password: c.password})
			invalid, ok := errors.AsType[*models.InvalidError](err)
			if !ok || invalid.Field != c.field || !strings.HasSuffix(invalid.Message, ".") {
				t.Errorf("error is %v, want one of %s that ends in a sentence", err, c.field)
			}
		})
	}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		for i, password := range []string{
			"eight ch", strings.Repeat("x7", 32), strings.Repeat("ab", 40) + "1", strings.Repeat("🙂é", 128), "  spaces count  ",
		} {
			email := strings.Repeat("a", i+1) + "@example.com"
			u := must[*models.User](t)(db.CreateUser(t.Context(), models.NewUser{Email: email, Password: password}))
			got := must[*models.User](t)(db.Authenticate(t.Context(), strings.ToUpper(email), password))
			if got.ID != u.ID {
				t.Errorf("signed in as %s, want %s", got.ID, u.ID)
			}
			for _, wrong := range []string{"", password + "x", strings.TrimSuffix(password, "1") + "2", strings.Repeat("x", 1<<20)} {
				_, err := db.Authenticate(t.Context(), email, wrong)
				want(t, err, models.ErrNotFound)
			}
		}
		_, err := db.Authenticate(t.Context(), "nobody@example.com", modelstest.Password)
		want(t, err, models.ErrNotFound)
	})
}

// TestSignInCostsTheSame, be there an account or not: as many statements, the first
// to look and the last to record it.
func TestSignInCostsTheSame(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		modelstest.User(t, db, "boss@example.com")
		u, gone := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "gone@example.com")
		db.Disable(t, gone.ID)
		statements := db.Statements(t)
		costs := map[int]bool{}
		for _, email := range []string{u.Email, gone.Email, "nobody@example.com"} {
			before := statements()
			_, err := db.Authenticate(t.Context(), email, "not the password")
			want(t, err, models.ErrNotFound)
			costs[statements()-before] = true
		}
		if len(costs) != 1 || costs[0] {
			t.Errorf("statements: %v", costs)
		}
	})
}

func TestAuthenticateDisabled(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		s := session(t, db, u.ID)
		family, refresh, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		must[*models.Session](t)(db.Session(t.Context(), s.ID))
		db.Disable(t, u.ID)

		_, err = db.Authenticate(t.Context(), u.Email, modelstest.Password)
		want(t, err, models.ErrNotFound)
		_, err = db.Session(t.Context(), s.ID)
		want(t, err, models.ErrNotFound)
		_, _, _, err = db.RotateRefresh(t.Context(), refresh)
		want(t, err, models.ErrNotFound)
		if active := must[bool](t)(db.FamilyActive(t.Context(), u.ID, family)); active {
			t.Error("a disabled user's token family is active")
		}
	})
}

// TestUncommonPasswordsAreTaken: a common word is no fault when much else is in it.
func TestUncommonPasswordsAreTaken(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	for i, password := range []string{"tigger83920174", "liverpool tram nine", "Rolf&2019&Ada", "ünïcödéß", strings.Repeat("🐉 cave ", 9), strings.Repeat("long ", 40) + "."} {
		u := must[*models.User](t)(db.CreateUser(t.Context(), models.NewUser{Email: fmt.Sprintf("a%d@example.com", i), Password: password}))
		must[*models.User](t)(db.Authenticate(t.Context(), u.Email, password))
		_, err := db.Authenticate(t.Context(), u.Email, password[:len(password)-1]) // all of it counts
		want(t, err, models.ErrNotFound)
	}
}

// TestPasswordsAreHardToGuess is on a database as servers open it: those of
// modelstest hash with little effort.
func TestPasswordsAreHardToGuess(t *testing.T) {
	t.Parallel()
	db := open(t, modelstest.URL(t, "sqlite"))
	want(t, db.Migrate(t.Context()), nil)
	const hard = "$argon2id$v=19$m=19456,t=2,p=1$"
	u := modelstest.User(t, db, "ada@example.com")
	if !strings.HasPrefix(u.PasswordHash, hard) {
		t.Errorf("hash is %s", u.PasswordHash)
	}
	old := models.CheapHash(modelstest.Password)
	db.SetHash(t, u.ID, old)
	must[*models.User](t)(db.Authenticate(t.Context(), u.Email, modelstest.Password))
	now := must[*models.User](t)(db.User(t.Context(), u.ID))
	if now.PasswordHash == old || !strings.HasPrefix(now.PasswordHash, hard) {
		t.Errorf("hash is still %s", now.PasswordHash)
	}
	must[*models.User](t)(db.Authenticate(t.Context(), u.Email, modelstest.Password))
}

func TestSetPasswordEndsSessionsAndTokens(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		s, others := session(t, db, u.ID), session(t, db, other.ID)
		family, refresh, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)

		want(t, db.SetPassword(t.Context(), u.ID, "short"), models.ErrInvalid)
		want(t, db.SetPassword(t.Context(), "usr_nobody", "a new password"), models.ErrNotFound)
		must[*models.Session](t)(db.Session(t.Context(), s.ID))

		want(t, db.SetPassword(t.Context(), u.ID, "a new password"), nil)
		_, err = db.Session(t.Context(), s.ID)
		want(t, err, models.ErrNotFound)
		_, _, _, err = db.RotateRefresh(t.Context(), refresh)
		want(t, err, models.ErrNotFound)
		if must[bool](t)(db.FamilyActive(t.Context(), u.ID, family)) {
			t.Error("the token family outlived the password")
		}
		_, err = db.Authenticate(t.Context(), u.Email, modelstest.Password)
		want(t, err, models.ErrNotFound)
		must[*models.User](t)(db.Authenticate(t.Context(), u.Email, "a new password"))
		must[*models.Session](t)(db.Session(t.Context(), others.ID))
	})
}

func TestUsersPages(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze() // equal times: the id decides
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			modelstest.User(t, db, name+"@example.com")
		}
		seen := map[string]bool{}
		for after := ""; ; {
			page := must[[]models.User](t)(db.Users(t.Context(), after, 2))
			if len(page) == 0 {
				break
			}
			for _, u := range page {
				seen[u.Email] = true
				after = u.ID
			}
		}
		if len(seen) != 5 {
			t.Errorf("saw %v", seen)
		}
		_, err := db.Users(t.Context(), "usr_nobody", 2)
		want(t, err, models.ErrInvalid)
	})
}
