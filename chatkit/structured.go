package chatkit

import (
	"bytes"
	"encoding/json"
	"slices"
)

// StructuredInput asks the person questions in the composer's place.
type StructuredInput struct {
	ItemBase
	Status string      `json:"status"` // InputPending, also when empty, InputAnswered or InputSkipped
	Inputs []*Question `json:"inputs"`
}

// The states of a StructuredInput.
const (
	InputPending  = "pending"
	InputAnswered = "answered"
	InputSkipped  = "skipped"
)

// Question is one question of a StructuredInput: Type is "multiple_choice",
// with Options and Multiple, or "freeform".
type Question struct {
	ID          string // of its answer; one of its own in the StructuredInput
	Question    string
	Description string
	Answer      *Answer // nil until there is one
	Type        string
	Options     []Option
	Multiple    bool

	raw json.RawMessage // of a question of an unknown type
}

// The types of a Question.
const (
	QuestionChoice   = "multiple_choice"
	QuestionFreeform = "freeform"
)

// Option is one choice of a multiple-choice question. Front ends of version
// 1.6.5 do not show a Description.
type Option struct {
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
}

// Answer is what the person answered; Skipped when nothing.
type Answer struct {
	Values  []string `json:"values"`
	Skipped bool     `json:"skipped"`
}

// Fill takes over what a person answered: status is InputAnswered or
// InputSkipped. A question without an answer counts as skipped; of several
// answers to a single choice the first counts; answers need not be among the
// options. It returns the ids among the answers that no question has.
func (s *StructuredInput) Fill(status string, answers map[string]Answer) (unknown []string) {
	s.Status = status
	known := make(map[string]bool, len(s.Inputs))
	for _, q := range s.Inputs {
		known[q.ID] = true
		a := answers[q.ID]
		if status == InputSkipped || a.Skipped || len(a.Values) == 0 {
			q.Answer = &Answer{Skipped: true}
			continue
		}
		values := slices.Clone(a.Values)
		if q.Type == QuestionChoice && !q.Multiple {
			values = values[:1]
		}
		q.Answer = &Answer{Values: values}
	}
	for id := range answers {
		if !known[id] {
			unknown = append(unknown, id)
		}
	}
	return unknown
}

// MarshalJSON writes a structured_input item.
func (s StructuredInput) MarshalJSON() ([]byte, error) {
	type plain StructuredInput
	s.Inputs = orEmpty(s.Inputs)
	if s.Status == "" {
		s.Status = InputPending
	}
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"structured_input", plain(s)})
}

type questionJSON struct {
	ID          string    `json:"id"`
	Question    string    `json:"question"`
	Description string    `json:"description,omitempty"`
	Answer      *Answer   `json:"answer,omitempty"`
	Type        string    `json:"type"`
	Options     *[]Option `json:"options,omitempty"`
	Multiple    *bool     `json:"multiple,omitempty"`
}

// UnmarshalJSON reads a structured_input item.
func (s *StructuredInput) UnmarshalJSON(b []byte) error {
	type plain StructuredInput
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	return refuseNulls("inputs", s.Inputs)
}

// MarshalJSON writes options and multiple for choices only. A question of a type
// this package does not know keeps what came with it.
func (q Question) MarshalJSON() ([]byte, error) {
	if q.raw != nil {
		keys := map[string]any{"id": q.ID, "question": q.Question, "type": q.Type}
		if q.Answer != nil {
			keys["answer"] = q.Answer
		}
		return overlay(q.raw, keys)
	}
	j := questionJSON{ID: q.ID, Question: q.Question, Description: q.Description, Answer: q.Answer, Type: q.Type}
	if q.Type == QuestionChoice {
		options := orEmpty(q.Options)
		j.Options, j.Multiple = &options, &q.Multiple
	}
	return marshal(j)
}

// UnmarshalJSON reads a question of either type.
func (q *Question) UnmarshalJSON(b []byte) error {
	var j questionJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*q = Question{ID: j.ID, Question: j.Question, Description: j.Description, Answer: j.Answer, Type: j.Type}
	if j.Options != nil {
		q.Options = *j.Options
	}
	if j.Multiple != nil {
		q.Multiple = *j.Multiple
	}
	if q.Type != QuestionChoice && q.Type != QuestionFreeform {
		q.raw = bytes.Clone(b)
	}
	return nil
}

// MarshalJSON writes values as an array even when there are none.
func (a Answer) MarshalJSON() ([]byte, error) {
	type plain Answer
	a.Values = orEmpty(a.Values)
	return marshal(plain(a))
}
