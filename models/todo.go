package models

// Todo is an entry of a person's to-do list: a task.
type Todo struct {
	ID          string `gorm:"primaryKey"`
	UserID      string `gorm:"primaryKey"`
	Title       string
	TitleKey    string // Title folded for search
	Description string
	Completed   bool
	DueAt       *Time
	Priority    string // "", "low", "medium" or "high"
	CreatedAt   Time
	UpdatedAt   Time
}

// TodoChange changes what is not nil; a DueAt that points to nil clears the date.
type TodoChange struct {
	Title       *string
	Description *string
	Priority    *string
	Completed   *bool
	DueAt       **Time
}

// TodoQuery asks for one page of tasks, newest first. Status is "all" (or ""),
// "pending" or "completed"; After is the id of the last task seen.
type TodoQuery struct {
	Status string
	Limit  int
	After  string
}
