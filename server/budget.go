package server

import (
	"fmt"
	"io"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/workspace"
)

// answerBytes is how large an answer about the whole workspace may be: what the outermost folder's
// limits.answer_bytes says.
func answerBytes(snap *workspace.Snapshot) int64 {
	if n := len(snap.Folders); n > 0 {
		return snap.Folders[n-1].Settings.Limits.AnswerBytes
	}
	return config.Default().Limits.AnswerBytes
}

// budget is what an answer may still take of limits.answer_bytes, by about how many bytes its parts have.
type budget struct {
	limit, spent int64
	left         []string // what was left out, in words
}

// take reports whether there is room for a part of so many bytes, and spends them.
func (b *budget) take(bytes int) bool {
	if b.spent+int64(bytes) > b.limit {
		return false
	}
	b.spend(bytes)
	return true
}

// spend spends what a part has taken, even where there was no room for all of it.
func (b *budget) spend(bytes int) { b.spent += int64(bytes) }

func (b *budget) full() bool { return b.spent >= b.limit }

// leave notes that n of something were left out.
func (b *budget) leave(n int, one string) {
	if n == 1 {
		b.left = append(b.left, "1 "+one)
	} else if n > 1 {
		b.left = append(b.left, fmt.Sprintf("%d %ss", n, one))
	}
}

// words says what was left out and why; nil where nothing was.
func (b *budget) words() *string {
	if len(b.left) == 0 {
		return nil
	}
	words := fmt.Sprintf("left out: %s; the answer would have more than %d bytes (limits.answer_bytes)", strings.Join(b.left, ", "), b.limit)
	return &words
}

// bounded is a writer that fails when more was written than its budget has.
type bounded struct {
	w io.Writer
	b budget
}

func (w *bounded) Write(p []byte) (int, error) {
	if !w.b.take(len(p)) {
		return 0, fmt.Errorf("the report has more than %d bytes (limits.answer_bytes): `covls report -o FILE` writes one of any size", w.b.limit)
	}
	return w.w.Write(p)
}

// About how many bytes the parts of an answer have, without the texts in them.
const (
	diagnosticBytes = 180
	relatedBytes    = 160
	regionBytes     = 160
	changeBytes     = 130
	functionBytes   = 330
	decisionBytes   = 30
	wayBytes        = 30
	excludedBytes   = 130
)

func bytesOf(items []protocol.Diagnostic, u string) int {
	n := 0
	for _, g := range items {
		n += diagnosticBytes
		if m, ok := g.Message.(protocol.String); ok {
			n += len(m)
		}
		for _, r := range g.RelatedInformation {
			n += relatedBytes + len(u) + len(r.Message)
		}
	}
	return n
}

// leftOut is the only diagnostic of a file that begins those which have none for limits.answer_bytes.
func leftOut(files int) []protocol.Diagnostic {
	text := "the diagnostics of this file are left out"
	if files > 1 {
		text += fmt.Sprintf(", and those of %d that are less urgent", files-1)
	}
	return []protocol.Diagnostic{{
		Severity: protocol.DiagnosticSeverityInformation,
		Code:     protocol.String(diag.LeftCode),
		Source:   protocol.NewOptional("covls"),
		Message:  protocol.String(text + " (limits.answer_bytes)"),
	}}
}
