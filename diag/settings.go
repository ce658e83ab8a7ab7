package diag

import (
	"path/filepath"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// SettingsCode is the stable code of a diagnostic in a settings file.
const SettingsCode = "settings"

// settingsProblems are what is wrong in a settings file as the editor shows it, saved or not; nil for
// any other document. They stand on what is left of their line.
func settingsProblems(d *workspace.Document) []Diagnostic {
	if filepath.Base(d.Path) != config.FileName {
		return nil
	}
	var out []Diagnostic
	_, problems := config.ParseTOML(d.Path, []byte(d.Text.String()))
	for _, p := range problems {
		line := uint32(max(p.Line, 1))
		span := Span{Start: d.Text.At(line, uint32(max(p.Col, 1))), End: d.Text.At(line, uint32(len(d.Text.Line(line))+1))}
		out = append(out, Diagnostic{Span: span, Severity: p.Severity, Code: SettingsCode, Message: p.Text})
	}
	return out
}
