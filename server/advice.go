package server

import (
	"github.com/covls/covls/advice"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/workspace"
)

// advise says what helps to test a function of a document.
func advise(snap *workspace.Snapshot, d *workspace.Document) func(*workspace.File, *diag.Mark) advice.Advice {
	return func(file *workspace.File, m *diag.Mark) advice.Advice {
		return engine.NewAdvisor(snap).Of(file, d.Path, &m.Func)
	}
}
