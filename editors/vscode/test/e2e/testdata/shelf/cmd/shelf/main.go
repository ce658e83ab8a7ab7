// Shelf lists books.
package main

import (
	"fmt"
	"os"

	"example.com/shelf/store"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: shelf FILE")
	}
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	s := store.New()
	if _, err := s.Load(f); err != nil {
		return err
	}
	return s.JSON(os.Stdout)
}
