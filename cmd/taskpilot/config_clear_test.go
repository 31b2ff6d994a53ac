package main

import (
	"strings"
	"testing"
)

// TestWhatGoesInTheClearIsSaid, if it goes anywhere else.
func TestWhatGoesInTheClearIsSaid(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ setting, value, want string }{
		{"OPENAI_BASE_URL", "http://models.example.com/v1", "OPENAI_BASE_URL"},
		{"OPENAI_BASE_URL", "http://192.0.2.7:8080/v1", "OPENAI_BASE_URL"},
		{"OPENAI_BASE_URL", "https://models.example.com/v1", ""},
		{"OPENAI_BASE_URL", "http://localhost:11434/v1", ""},
		{"OPENAI_BASE_URL", "http://ollama:11434/v1", ""},
		{"OPENAI_BASE_URL", "http://10.1.2.3/v1", ""},
		{"OPENAI_BASE_URL", "http://[::1]:11434/v1", ""},
		{"OPENAI_BASE_URL", "http://models.lan/v1", ""},
		{"SMTP_URL", "smtp://mail.example.com:25?tls=off", "SMTP_URL"},
		{"SMTP_URL", "smtp://mail.example.com:587", ""},
		{"SMTP_URL", "smtp://mail:25?tls=off", ""},
		{"DATABASE_URL", "postgres://u:p@db.example.com/chat", "DATABASE_URL"}, // prefers TLS, takes none
		{"DATABASE_URL", "postgres://u:p@db.example.com/chat?sslmode=disable", "DATABASE_URL"},
		{"DATABASE_URL", "postgres://u:p@db.example.com/chat?sslmode=require", "DATABASE_URL"}, // checks no certificate
		{"DATABASE_URL", "postgres://u:p@db.example.com/chat?sslmode=verify-full", ""},
		{"DATABASE_URL", "postgres://u:p@db.example.com/chat?sslmode=verify-ca", ""},
		{"DATABASE_URL", "postgres://u:p@db/chat?sslmode=disable", ""},
		{"DATABASE_URL", "postgresql:///chat?host=/run/postgresql", ""},
		{"DATABASE_URL", "postgres://u:p@db.example.com,db2.example.com/chat?sslmode=verify-full", ""},
		{"DATABASE_URL", "postgres://u:p@localhost,db2.example.com/chat?sslmode=disable", "DATABASE_URL"},
	} {
		c, err := loadConfig(env(map[string]string{test.setting: test.value}), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(c.inTheClear(), " "); got != test.want {
			t.Errorf("%s=%s: got %q, want %q", test.setting, test.value, got, test.want)
		}
	}
}
