package views

// Forgot is the page for people who don't know their password any more.
type Forgot struct {
	ByMail  bool // the server can send links
	Email   string
	Sent    bool
	Error   string // about the address
	Problem string
}

// Reset is the page that a link in a mail leads to.
type Reset struct {
	Token   string // "": the link is not good any more
	Done    bool
	Error   string // about the password
	Problem string
}

// ConfirmEmail is the page that the link to a new address leads to.
type ConfirmEmail struct {
	Token   string // "": the link is not good any more
	Email   string
	Problem string
}
