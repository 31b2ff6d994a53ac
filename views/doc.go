// Package views renders every page and fragment of TaskPilot. What it shows it
// is given: it reads no database, no request and no clock.
package views
