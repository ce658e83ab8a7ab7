package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func newVersion(io *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and what it was built with",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(io.out, "covls", described())
			return err
		},
	}
}

// version is the module's version where Go knows one, else the commit, else "devel".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return versionOf(info)
}

// described is the version with all that is known of the build.
func described() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return describe(info)
}

func versionOf(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	if commit := setting(info, "vcs.revision"); commit != "" {
		return "devel-" + commit[:min(12, len(commit))]
	}
	return "devel"
}

// describe adds to the version the commit, its date and whether files were changed since, which a build in a checkout
// knows and `go install …@latest` does not; then Go and the platform.
func describe(info *debug.BuildInfo) string {
	var build []string
	if commit := setting(info, "vcs.revision"); commit != "" {
		build = append(build, "commit "+commit[:min(12, len(commit))])
	}
	if date, _, _ := strings.Cut(setting(info, "vcs.time"), "T"); date != "" {
		build = append(build, "of "+date)
	}
	text := versionOf(info)
	if setting(info, "vcs.modified") == "true" {
		build = append(build, "with changes that are in no commit")
	}
	if len(build) > 0 {
		text += " (" + strings.Join(build, " ") + ")"
	}
	return fmt.Sprintf("%s %s %s/%s", text, info.GoVersion, runtime.GOOS, runtime.GOARCH)
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
