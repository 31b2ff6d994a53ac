package main

import (
	"errors"

	"github.com/taskpilot/taskpilot/models"
)

// plain returns what a person at the terminal is told of err.
func plain(err error) string {
	var invalid *models.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Message
	}
	return err.Error()
}
