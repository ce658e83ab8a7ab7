package profile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"slices"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
)

// FuzzRead reads what may be of any format, packed or not: it is a profile that obeys the laws of
// profiletest, or an *Error.
func FuzzRead(f *testing.F) {
	all := func([]byte) bool { return true }
	profiletest.Seed(f, all, []string{small, "\ufeff" + small, "\xff\xfem\x00o\x00d\x00e\x00:\x00 \x00s\x00e\x00t\x00", packed(f, small), packed(f, packed(f, small))})
	limits := profile.Limits{Size: 1 << 20, Line: 10_000, Files: 100}
	f.Fuzz(func(t *testing.T, data []byte) {
		if formats := profile.Sniffed(data); len(formats) > 1 {
			t.Errorf("of several formats: %q", formats)
		}
		p, err := profile.Read("-", bytes.NewReader(data), limits)
		if err != nil {
			if _, ok := errors.AsType[*profile.Error](err); !ok || p != nil {
				t.Fatalf("have %v, %v, want an *Error", p, err)
			}
			return
		}
		if p.Size != int64(len(data)) || p.Format != profile.Empty && !slices.Contains(profile.Formats(), p.Format) {
			t.Errorf("format %s, %d bytes of %d", p.Format, p.Size, len(data))
		}
		profiletest.Check(t, p.Report, int(limits.Size), limits)
	})
}

func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
