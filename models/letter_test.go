package models_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

const hold = time.Minute

func claim(t testing.TB, db *models.DB, limit int) []models.Letter {
	t.Helper()
	return must[[]models.Letter](t)(db.ClaimLetters(t.Context(), limit, hold))
}

func letterFor(userID string) *models.NewLetter {
	return &models.NewLetter{UserID: userID, Kind: "note", Sealed: []byte("sealed"), Life: time.Hour}
}

// TestLettersAreClaimedOnce, however many servers look at the same time, and again
// when whoever has claimed one is dead.
func TestLettersAreClaimedOnce(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			address := modelstest.URL(t, driver)
			servers := make([]*models.DB, 3)
			for i := range servers {
				servers[i] = must[*models.DB](t)(models.Open(t.Context(), address))
				t.Cleanup(func() { want(t, servers[i].Close(), nil) })
			}
			db := servers[0]
			want(t, db.Migrate(t.Context()), nil)
			const letters = 20
			for range letters {
				want(t, db.AddLetters(t.Context(), letterFor("")), nil)
			}
			var mu sync.Mutex
			seen := map[string]int{}
			var wg sync.WaitGroup
			for _, one := range servers {
				wg.Go(func() {
					for {
						list := claim(t, one, 3)
						mu.Lock()
						for _, l := range list {
							if seen[l.ID]++; l.Attempts != 1 || string(l.Sealed) != "sealed" {
								t.Errorf("got %+v", l)
							}
						}
						n := len(seen)
						mu.Unlock()
						if n == letters {
							return
						}
					}
				})
			}
			wg.Wait()
			for id, n := range seen {
				if n != 1 {
					t.Errorf("%s was claimed %d times", id, n)
				}
			}
			if list := claim(t, db, letters); len(list) != 0 {
				t.Errorf("%d more", len(list))
			}
			db.Advance(hold)
			list := claim(t, db, letters)
			if len(list) != letters || list[0].Attempts != 2 {
				t.Fatalf("after the death of the others: %d", len(list))
			}
			want(t, db.LetterSent(t.Context(), list[0].ID), nil)
			want(t, db.LetterLater(t.Context(), list[1].ID, time.Second), nil)
			db.Advance(time.Second)
			if later := claim(t, db, letters); len(later) != 1 || later[0].ID != list[1].ID || later[0].Attempts != 3 {
				t.Errorf("later: %+v", later)
			}
			want(t, db.GiveUpLetter(t.Context(), &list[1]), nil)
			want(t, db.GiveUpLetter(t.Context(), &list[1]), models.ErrNotFound)
			if n := must[int64](t)(db.LettersWaiting(t.Context())); n != letters-2 {
				t.Errorf("%d are left", n)
			}
		})
	}
}

// TestLettersGoWithTheirAccount, and are written with what they are about or not at
// all.
func TestLettersGoWithTheirAccount(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		modelstest.User(t, db, "boss@example.com")
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		var about []models.Occasion
		write := func(o models.Occasion) (*models.NewLetter, error) {
			about = append(about, o)
			return letterFor(u.ID), nil
		}
		waiting := func(n int64) {
			t.Helper()
			if got := must[int64](t)(db.LettersWaiting(t.Context())); got != n {
				t.Fatalf("%d letters wait, want %d", got, n)
			}
		}
		fails := errors.New("no ink")
		_, err := db.NewMailLink(t.Context(), u.ID, models.LinkPassword, u.Email, func(models.Occasion) (*models.NewLetter, error) { return nil, fails })
		want(t, err, fails)
		_, err = db.NewMailLink(t.Context(), "usr_nobody", models.LinkPassword, u.Email, write)
		want(t, err, models.ErrNotFound)
		waiting(0)
		secret := must[string](t)(db.NewMailLink(t.Context(), u.ID, models.LinkPassword, u.Email, write))
		if last := about[len(about)-1]; last.Secret != secret {
			t.Errorf("the letter has %q", last.Secret)
		}
		waiting(1)
		_, err = db.ResetPassword(t.Context(), "nothing", "another good phrase", write)
		want(t, err, models.ErrNotFound)
		_, err = db.ResetPassword(t.Context(), secret, "short", write)
		want(t, err, models.ErrInvalid)
		waiting(1)
		must[*models.User](t)(db.ResetPassword(t.Context(), secret, "another good phrase", write))
		want(t, db.SetPassword(t.Context(), u.ID, "a third good phrase", write), nil)
		waiting(3)
		secret = must[string](t)(db.NewMailLink(t.Context(), u.ID, models.LinkEmail, other.Email))
		err = db.ConfirmEmail(t.Context(), secret, write) // somebody else's by now
		want(t, err, models.ErrConflict)
		waiting(3)
		secret = must[string](t)(db.NewMailLink(t.Context(), u.ID, models.LinkEmail, "new@example.com"))
		err = db.ConfirmEmail(t.Context(), secret, write)
		want(t, err, nil)
		if last := about[len(about)-1]; last.User.Email != u.Email || last.Email != "new@example.com" {
			t.Errorf("the letter is about %+v", last)
		}
		want(t, db.AddLetters(t.Context(), letterFor(other.ID), nil), nil)
		waiting(5)

		lost := claim(t, db, 1)[0]
		want(t, db.GiveUpLetter(t.Context(), &lost), nil)
		events, _, err := db.AuditEvents(t.Context(), models.AuditQuery{Kind: models.AuditLetterLost})
		if err != nil || len(events) != 1 || events[0].SubjectID == nil || *events[0].SubjectID != *lost.UserID || events[0].Detail != "note" {
			t.Errorf("recorded %+v, %v", events, err)
		}
		want(t, db.DeleteUser(t.Context(), u.ID), nil)
		waiting(1)
		db.Advance(26 * time.Hour)
		want(t, db.PurgeExpired(t.Context()), nil)
		waiting(0)
	})
}

// TestSignUpIsTheSameForEverybody: as many statements, and a password hashed, be
// there an account or not.
func TestSignUpIsTheSameForEverybody(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		known := modelstest.User(t, db, "ada@example.com")
		statements := db.Statements(t)
		begin := func(email string) (o models.Occasion, n int) {
			t.Helper()
			before := statements()
			err := db.BeginSignUp(t.Context(), models.NewUser{Email: email, Password: modelstest.Password}, "browser", func(about models.Occasion) (*models.NewLetter, error) {
				o = about
				return letterFor(""), nil
			})
			want(t, err, nil)
			return o, statements() - before
		}
		there, n := begin(" ADA@example.com")
		if there.User == nil || there.User.ID != known.ID {
			t.Errorf("the letter is about %+v", there.User)
		}
		fresh, m := begin("new@example.com")
		if n != m || n < 3 || fresh.User != nil {
			t.Errorf("%d statements where there is an account, %d where there is none", n, m)
		}
		for _, o := range []models.Occasion{there, fresh} {
			s := must[*models.SignUp](t)(db.SignUp(t.Context(), o.Secret))
			if !s.BeganIn("browser") || s.BeganIn("another") || s.BeganIn("") {
				t.Error("it is not known where it began")
			}
			want(t, db.CheckSignUp(t.Context(), s, modelstest.Password), nil)
			want(t, db.CheckSignUp(t.Context(), s, "wrong password"), models.ErrNotFound)
		}
		_, err := db.ConfirmSignUp(t.Context(), there.Secret)
		want(t, err, models.ErrConflict)
		again, _ := begin("new@example.com")
		u := must[*models.User](t)(db.ConfirmSignUp(t.Context(), fresh.Secret))
		must[*models.User](t)(db.Authenticate(t.Context(), "new@example.com", modelstest.Password))
		if u.Role != models.RoleUser {
			t.Errorf("the role is %s", u.Role)
		}
		for _, secret := range []string{fresh.Secret, again.Secret, "nothing"} {
			_, err = db.ConfirmSignUp(t.Context(), secret)
			want(t, err, models.ErrNotFound)
		}

		late, _ := begin("late@example.com")
		db.Advance(models.MailLinkLife)
		_, err = db.ConfirmSignUp(t.Context(), late.Secret)
		want(t, err, models.ErrNotFound)
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "sign_ups"); n != 0 {
			t.Errorf("%d are kept", n)
		}
	})
}

// TestSignUpOnce: a link that is opened many times at once opens one account.
func TestSignUpOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		var secret string
		err := db.BeginSignUp(t.Context(), models.NewUser{Email: "ada@example.com", Password: modelstest.Password}, "", func(about models.Occasion) (*models.NewLetter, error) {
			secret = about.Secret
			return nil, nil
		})
		want(t, err, nil)
		errs := make([]error, 6)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = db.ConfirmSignUp(t.Context(), secret) })
		}
		wg.Wait()
		opened := 0
		for _, err := range errs {
			if err == nil {
				opened++
			} else if !errors.Is(err, models.ErrNotFound) {
				t.Error(err)
			}
		}
		if c := must[models.Census](t)(db.Census(t.Context())); opened != 1 || c.People != 1 {
			t.Errorf("opened %d times: %+v", opened, c)
		}
	})
}
