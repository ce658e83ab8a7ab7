package profile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"

	"github.com/covls/covls/profile/scan"
)

// maxLayers is how often a profile may be compressed over.
const maxLayers = 2

// decoded takes off what lies around a text: gzip, UTF-16 and the byte order mark. The text that
// comes out of gzip is bounded as the file itself is.
func decoded(r io.Reader, limits Limits) (*bufio.Reader, error) {
	text := bufio.NewReaderSize(r, headSize)
	for range maxLayers {
		head, err := text.Peek(2)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if !bytes.HasPrefix(head, []byte("\x1f\x8b")) {
			break
		}
		z, err := gzip.NewReader(text)
		if err != nil {
			return nil, fmt.Errorf("unpack gzip: the file seems to be cut or broken: %w", err)
		}
		text = bufio.NewReaderSize(&unpacked{bounded{r: z, limits: limits}}, headSize)
	}
	head, err := text.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	// zeros reports whether each second byte is one, as in a text of ASCII.
	zeros := func(from int) bool {
		return len(head) > 1 && head[from] == 0 && head[1-from] != 0 && (len(head) < 4 || head[2+from] == 0 && head[3-from] != 0)
	}
	var order unicode.Endianness
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), zeros(1):
		order = unicode.LittleEndian
	case bytes.HasPrefix(head, []byte("\xfe\xff")), zeros(0):
		order = unicode.BigEndian
	default:
		if bytes.HasPrefix(head, []byte(scan.BOM)) {
			_, _ = text.Discard(len(scan.BOM))
		}
		return text, nil
	}
	utf16 := unicode.UTF16(order, unicode.UseBOM).NewDecoder()
	return bufio.NewReaderSize(utf16.Reader(text), headSize), nil
}

// unpacked says of a cut that it was one of gzip.
type unpacked struct{ bounded }

func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.bounded.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("unpack gzip: the file seems to be cut or broken: %w", err)
	}
	return n, err
}

// bounded ends a text that is too long with an error.
type bounded struct {
	r      io.Reader
	limits Limits
	size   int64
}

func (m *bounded) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.size += int64(n)
	if err := checkSize(m.size, m.limits); err != nil {
		return 0, err
	}
	return n, err
}
