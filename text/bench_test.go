package text_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/text"
)

// source returns size bytes that look like a program: some 27 bytes a line, most lines repeated.
func source(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `// call%d runs the command after n tries, or says why it could not.
func (r *runner) call%[1]d(ctx context.Context, n int) error {
	if n > %[2]d {
		return fmt.Errorf("call%[1]d: %%d tries are too many", n)
	}
	for range n {
		if err := r.try(ctx); err != nil {
			continue
		}
		break
	}

	return r.run(ctx, n)
}

`, i, i%100)
	}
	return b.String()[:size]
}

func BenchmarkNew(b *testing.B) {
	lf := source(1 << 20)
	for _, bb := range []struct{ name, text string }{
		{"lf", lf},
		{"crlf", strings.ReplaceAll(lf, "\n", "\r\n")},
		{"cr", strings.ReplaceAll(lf, "\n", "\r")},
		{"one cr", lf[:1<<19] + "\r" + lf[1<<19:]},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.text)))
			b.ReportAllocs()
			for b.Loop() {
				text.New(bb.text)
			}
		})
	}
}

func BenchmarkPosition(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"ascii", source(1 << 20)},
		{"other", strings.ReplaceAll(source(1<<20), "return", "rétürn😀")},
	} {
		b.Run(bb.name, func(b *testing.B) {
			x := text.New(bb.text)
			o := 0
			for b.Loop() {
				p := x.Position(o, text.UTF16)
				x.Offset(p, text.UTF16)
				o = (o + 7919) % x.Len()
			}
		})
	}
}

func BenchmarkApply(b *testing.B) {
	x := text.New(source(1 << 20))
	last := uint32(x.Lines())
	key := edit(last/2, 1, last/2, 1, "x")
	var cursors []text.Edit
	for line := last; line > 0; line -= min(line, 10) {
		cursors = append(cursors, edit(line, 0, line, 0, "x"))
	}
	for _, bb := range []struct {
		name  string
		edits []text.Edit
	}{
		{"key", []text.Edit{key}},
		{fmt.Sprintf("%d cursors", len(cursors)), cursors},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Apply(bb.edits, text.UTF16)
			}
		})
	}
}

func BenchmarkAlign(b *testing.B) {
	long := strings.SplitAfter(source(4<<20), "\n")[:100_000]
	edited := strings.Clone(strings.Join(long, ""))
	x := text.New(edited)
	for i := range uint32(50) {
		line := 1000 + 1900*i
		x = x.Apply([]text.Edit{edit(line, 0, line+i%3, 1, "x\n")}, text.UTF16)
	}
	deepOld, deepNew := nested(50_000)
	for _, bb := range []struct {
		name     string
		old, new *text.Text
	}{
		{"same", text.New(edited), text.New(strings.Clone(edited))},
		{"50 edits", text.New(edited), x},
		{"deep", deepOld, deepNew},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				text.Align(bb.old, bb.new)
			}
		})
	}
}

// BenchmarkPositionLongLine has a text of 1 MB on one line, as bundlers write it. far-to-near is how many times as long
// the position of its end takes as that of a place near its start.
func BenchmarkPositionLongLine(b *testing.B) {
	x := text.New(strings.Repeat("f(é);", 1<<20/6))
	var far, near time.Duration
	for b.Loop() {
		began := time.Now()
		for range 100 {
			x.Position(x.Len()-3, text.UTF16)
		}
		far += time.Since(began)
		began = time.Now()
		for range 100 {
			x.Position(8000, text.UTF16)
		}
		near += time.Since(began)
	}
	b.ReportMetric(float64(far)/float64(near), "far-to-near")
}
