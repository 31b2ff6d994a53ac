package views

// InviteForm is the page of an invitation.
type InviteForm struct {
	Secret, Email string
	Name          string            // kept from the attempt before
	Errors        map[string]string // by field: "name", "password"
	Problem       string            // a sentence about the whole form
	Provider      string            // where an account for the same address can be opened, too; "" if nowhere
}

// problemID is what describes a field that has a problem.
func problemID(problem, id string) string {
	if problem == "" {
		return ""
	}
	return id
}
