package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strconv"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/internal/guard"
)

// WriteJSON writes the report as JSON. Each row of a list stands on a line of its own.
func (r *Report) WriteJSON(w io.Writer) error {
	r.addWhens()
	r.addNext()
	fields := reflect.ValueOf(r).Elem()
	b := bufio.NewWriterSize(w, 64<<10)
	sep := "{\n"
	for i := range fields.NumField() {
		tag := fields.Type().Field(i).Tag.Get("json")
		if tag == "" {
			continue
		}
		_, _ = b.WriteString(sep + strconv.Quote(tag) + ": ")
		sep = ",\n"
		if err := encode(b, fields.Field(i)); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	_, _ = b.WriteString("\n}\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// jsonRows is how many rows of a list are encoded at a time: enough for a processor, and few enough that the text of a
// list is never there as a whole.
const jsonRows = 1024

// encode writes a value, the rows of a list on a line each. The rows are encoded on all processors.
func encode(w *bufio.Writer, v reflect.Value) error {
	if v.Kind() != reflect.Slice || v.Len() == 0 {
		text, err := encoded(v, 0, 0)
		_, _ = w.Write(text)
		return err
	}
	type part struct {
		text []byte
		err  error
	}
	n := (v.Len() + jsonRows - 1) / jsonRows
	parts := make(chan chan part, runtime.GOMAXPROCS(0)) // those under way, in their order
	stop := make(chan struct{})
	defer close(stop)
	guard.Guard{}.Go(nil, "writing the report", func() {
		defer close(parts)
		for i := range n {
			answer := make(chan part, 1)
			select {
			case parts <- answer:
			case <-stop:
				return
			}
			guard.Guard{}.Go(nil, "writing rows of the report", func() {
				p := part{err: errUnfinished}
				defer func() { answer <- p }()
				if fault := (guard.Guard{}).Do("writing the report", func() { p.text, p.err = encoded(v, i*jsonRows, min((i+1)*jsonRows, v.Len())) }); fault != nil {
					p.err = fault
				}
			})
		}
	})
	start := "[\n"
	for answer := range parts {
		p := <-answer
		if p.err != nil {
			return p.err
		}
		_, _ = w.WriteString(start)
		start = ",\n"
		_, _ = w.Write(p.text)
	}
	_, err := w.WriteString("\n]")
	return err
}

// encoded is a value, or, where to is not 0, the rows of a list from one index up to another, with what is no text
// escaped.
func encoded(v reflect.Value, from, to int) ([]byte, error) {
	var b bytes.Buffer
	const row = 512 // bytes, about
	b.Grow(row * max(to-from, 1))
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	one := func(v any) error {
		if err := enc.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // the line break
		return nil
	}
	if to == 0 {
		err := one(v.Interface())
		return escape.JSON(b.Bytes()), err
	}
	for i := from; i < to; i++ {
		if i > from {
			b.WriteString(",\n")
		}
		if err := one(v.Index(i).Addr().Interface()); err != nil {
			return nil, err
		}
	}
	return escape.JSON(b.Bytes()), nil
}
