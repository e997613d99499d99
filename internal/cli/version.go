package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

func (p *program) versionCommand() *cli.Command {
	return &cli.Command{Name: "version", Usage: "print the version", Action: func(c *cli.Context) error {
		if _, err := arguments(c, 0, 0, ""); err != nil {
			return err
		}
		doc := map[string]string{"schema": "telltale.version/1", "version": version(), "go": runtime.Version(),
			"platform": runtime.GOOS + "/" + runtime.GOARCH}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "telltale %s (%s, %s)\n", doc["version"], doc["go"], doc["platform"])
		})
	}}
}

// version is the module's version, or the revision it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}
