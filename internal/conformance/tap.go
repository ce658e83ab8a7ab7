package conformance

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// Tap takes a stream of messages with Content-Length headers, written to it in pieces of any size,
// and hands on the body of each.
type Tap struct {
	feed   func(body []byte)
	broken func(problem string)
	buf    []byte
	length int // of the body that is awaited, -1 while in a header
	lost   bool
}

// NewTap returns a tap. feed may keep the body; broken hears what is wrong with the framing, after
// which nothing more is fed.
func NewTap(feed func(body []byte), broken func(problem string)) *Tap {
	return &Tap{feed: feed, broken: broken, length: -1}
}

// Write implements io.Writer. It never fails, so that it does not hurt the traffic.
func (t *Tap) Write(p []byte) (int, error) {
	if !t.lost {
		t.buf = append(t.buf, p...)
	}
	for !t.lost {
		if t.length < 0 {
			head, rest, ok := bytes.Cut(t.buf, []byte("\r\n\r\n"))
			if !ok {
				break
			}
			t.buf = rest
			t.header(string(head))
			continue
		}
		if len(t.buf) < t.length {
			break
		}
		t.feed(bytes.Clone(t.buf[:t.length]))
		t.buf = t.buf[t.length:]
		t.length = -1
	}
	return len(p), nil
}

func (t *Tap) header(head string) {
	for line := range strings.SplitSeq(head, "\r\n") {
		field, value, _ := strings.Cut(line, ": ")
		switch field {
		case "Content-Length":
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 {
				t.lose("%s is no length", value)
				return
			}
			t.length = n
		case "Content-Type":
		default:
			t.lose("%s is no header of LSP", line)
			return
		}
	}
	if t.length < 0 {
		t.lose("%s has no Content-Length", head)
	}
}

func (t *Tap) lose(format, text string) {
	t.lost, t.buf = true, nil
	t.broken("header: " + strings.Replace(format, "%s", strconv.Quote(text[:min(len(text), 200)]), 1))
}

// End says that the stream has ended; what is written later is dropped.
func (t *Tap) End() {
	if !t.lost && (len(t.buf) > 0 || t.length >= 0) {
		t.broken("the stream ends inside a message")
	}
	t.lost, t.buf = true, nil
}

// ClientReader returns a reader that feeds the session with what it reads from the client.
func (s *Session) ClientReader(r io.Reader) io.Reader {
	return &tapReader{r, NewTap(s.Client, func(string) {}), s.ClientGone}
}

// ServerReader returns a reader that feeds the session with what it reads from the server.
func (s *Session) ServerReader(r io.Reader) io.Reader {
	return &tapReader{r, NewTap(s.Server, s.Broken), func() {}}
}

// Broken takes in what a tap found wrong with the framing of the server's messages.
func (s *Session) Broken(problem string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problem("%s", problem)
}

type tapReader struct {
	r     io.Reader
	tap   *Tap
	ended func()
}

func (t *tapReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	_, _ = t.tap.Write(p[:n])
	if err != nil {
		t.tap.End()
		t.ended()
	}
	return n, err
}
