package main

import (
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestMain(m *testing.M) { modelstest.Main(m) }
