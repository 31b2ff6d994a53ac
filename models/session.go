package models

// Session is a browser's session. The cookie holds a random token; ID is the
// hexadecimal SHA-256 of it, so that the table is of no use to a thief. UserID
// is empty before sign-in.
type Session struct {
	ID         string
	UserID     string
	Data       []byte
	UserAgent  string
	Network    string
	CreatedAt  Time
	LastSeenAt Time
	ExpiresAt  Time // the absolute end
}
