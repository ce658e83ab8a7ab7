package scan

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON reads JSON token by token, by its members and elements. Names may stand twice and strings may
// be broken UTF-8, as tools write them.
type JSON struct{ *jsontext.Decoder }

// NewJSON returns a reader of r.
func NewJSON(r io.Reader) JSON {
	return JSON{jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
}

// Begin reads the next token, which must be of the kind that what describes.
func (d JSON) Begin(kind jsontext.Kind, what string) (jsontext.Token, error) {
	tok, err := d.ReadToken()
	if err == nil && tok.Kind() != kind {
		err = d.Want(what, tok)
	}
	return tok, err
}

// Want is the error for a token that is not what it should be.
func (d JSON) Want(what string, have jsontext.Token) error {
	return fmt.Errorf("want %s at %s, have %s", what, d.StackPointer(), Quote([]byte(have.String())))
}

// Object reads an object; member reads or skips the value of each name.
func (d JSON) Object(what string, member func(name string) error) error {
	if _, err := d.Begin('{', what); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// Array reads an array; element reads or skips each of its values.
func (d JSON) Array(what string, element func(i int) error) error {
	if _, err := d.Begin('[', what); err != nil {
		return err
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		if err := element(i); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// Text reads a string.
func (d JSON) Text() (string, error) {
	tok, err := d.Begin('"', "a string")
	if err != nil {
		return "", err
	}
	return tok.String(), nil
}

// Number reads a number that is no less than 0: a negative one is 0, and one that is too large the
// largest.
func (d JSON) Number() (uint64, error) {
	tok, err := d.Begin('0', "a number")
	if err != nil {
		return 0, err
	}
	n, _ := tok.Uint()
	return n, nil
}

// Boolean reads true or false.
func (d JSON) Boolean() (bool, error) {
	switch tok, err := d.ReadToken(); {
	case err != nil:
		return false, err
	case tok.Kind() == 't' || tok.Kind() == 'f':
		return tok.Bool(), nil
	default:
		return false, d.Want("true or false", tok)
	}
}

// End makes sure that nothing follows what was read with the error err, and tells a text that was
// cut.
func (d JSON) End(err error) error {
	if err == nil {
		switch tok, e := d.ReadToken(); {
		case e == nil:
			err = fmt.Errorf("want the end of the file behind the JSON, have %s", Quote([]byte(tok.String())))
		case e != io.EOF:
			err = e
		}
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("want more JSON: the file seems to be cut or still being written: %w", io.ErrUnexpectedEOF)
	}
	return err
}
