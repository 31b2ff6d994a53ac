package views

// ConfirmSignUp is the page that the link to a new account leads to.
type ConfirmSignUp struct {
	Token       string // "": the link is not good any more
	Email       string
	AskPassword bool
	Error       string // about the password
}
