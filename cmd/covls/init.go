package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/covls/covls/config"
	"github.com/covls/covls/disk"
	"github.com/covls/covls/report"
	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
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
		Args: cobra.NoArgs,
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
			usual, err := watch.Discover(c.Context(), server.RootOf(workspace.NewFolder(f.Dir, "", config.Merge(), nil)))
			if err != nil {
				return fmt.Errorf("look for profiles in %s: %w", f.Dir, err)
			}
			if slices.Equal(slices.Sorted(slices.Values(named)), usual.Profiles) {
				named = nil
			}
		}
		found, err := f.Setup(c.Context(), l.snap, named)
		if err != nil {
			return fmt.Errorf("look for projects in %s: %w", f.Dir, err)
		}
		text := report.Config(l.snap, f, found)
		if show {
			if _, err := fmt.Fprint(io.out, text); err != nil {
				return fmt.Errorf("print the settings: %w", err)
			}
			return nil
		}
		above, shadows := config.FindAbove(dir)
		if err := writeSettings(path, text, force); err != nil {
			return err
		}
		if shadows {
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

// writeSettings writes a settings file, whole or not at all, where there is none or force is set.
func writeSettings(path, text string, force bool) error {
	const mode = 0o644
	if force {
		return disk.Replace(path, []byte(text), mode)
	}
	err := disk.Create(path, []byte(text), mode)
	if errors.Is(err, fs.ErrExist) {
		return taken(path)
	}
	return err
}
