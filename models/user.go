package models

// User is an account.
type User struct {
	ID           string `gorm:"primaryKey"`
	Email        string // trimmed, NFC, lower case; unique
	Name         string
	PasswordHash string // argon2id with its parameters
	Role         string // RoleUser
	DisabledAt   *Time
	CreatedAt    Time
	UpdatedAt    Time
}

// RoleUser is the role of a new account.
const RoleUser = "user"

// NewUser is what CreateUser takes. An empty Name becomes the part of the
// address before the @.
type NewUser struct {
	Email    string
	Name     string
	Password string
}
