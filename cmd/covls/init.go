package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
)

func newInit(io *streams, in *input) *cobra.Command {
	var force, show bool
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a commented .covls.toml from what is in the folder",
		Long: `Write a commented .covls.toml from what is in the folder: the target with today's
coverage beside it, the profiles that are found, where their paths lie here if
they were made elsewhere, the projects in the folder as components, and a rule for
files that are there. As it stands it changes nothing that covls shows, but keeps
those paths; the rest is switched off, to be picked from.

A settings file that is there already is left alone.`,
		Example: `  covls init --print
  covls init -C services/api
  covls init --profile build/unit.dat`,
		Args: noArgs,
	}
	c.Flags().BoolVar(&force, "force", false, "put the new file in the place of one that is there")
	c.Flags().BoolVar(&show, "print", false, "print the file and write none")
	c.RunE = func(c *cobra.Command, _ []string) error {
		dir, err := in.absolute()
		if err != nil {
			return err
		}
		path := filepath.Join(dir, config.FileName)
		if _, err := os.Lstat(path); err == nil && !force && !show {
			return taken(path)
		}
		in.defaults = true // the file is to be as if there were none
		l, err := in.load(c.Context())
		if err != nil {
			return err
		}
		f := l.snap.Folders[0]
		var named []string
		if in.profiles != nil {
			named = f.Settings.Profiles
			usual, err := engine.Usual(c.Context(), f.Dir, named)
			if err != nil {
				return err
			}
			if usual {
				named = nil
			}
		}
		text, err := engine.NewSettings(c.Context(), l.snap, f, named)
		if err != nil {
			return err
		}
		if show {
			if _, err := fmt.Fprint(io.out, text); err != nil {
				return fmt.Errorf("print the settings: %w", err)
			}
			return nil
		}
		_, above, err := engine.WriteSettings(dir, text, force)
		if errors.Is(err, fs.ErrExist) {
			return taken(path)
		} else if err != nil {
			return err
		}
		if above != "" {
			io.say(fmt.Sprintf("from now on %s holds here, and %s no more: take over what you need of it", shellPath(path), shellPath(above)))
		}
		_, err = fmt.Fprintln(io.out, oneLine("wrote "+shellPath(path)))
		return err
	}
	return c
}

func taken(path string) error {
	return fmt.Errorf("%s is there already; --print shows what covls would write, --force puts that in its place", shellPath(path))
}
