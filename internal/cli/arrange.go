package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/adrg/strutil/metrics"
	"github.com/urfave/cli/v2"
)

// arrange puts a command line into the only order that urfave/cli v2 reads
// completely: program flags, command words, command flags, "--", arguments.
// Flags may stand anywhere on the way in, program flags included. Unknown
// commands and flags are usage errors that suggest the nearest known name.
func arrange(app *cli.App, args []string) ([]string, error) {
	a := arrangement{global: app.Flags, commands: app.Commands}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			a.positional = append(a.positional, args[i+1:]...)
			i = len(args)
		case len(arg) > 1 && arg[0] == '-':
			used, err := a.flag(arg, args[i+1:])
			if err != nil {
				return nil, err
			}
			i += used
		default:
			if err := a.word(arg); err != nil {
				return nil, err
			}
		}
	}
	return a.join()
}

type arrangement struct {
	global     []cli.Flag
	commands   []*cli.Command // that the next word may name
	command    *cli.Command   // the last one named
	path       []string
	globals    []string
	own        []string
	positional []string
}

func (a *arrangement) word(w string) error {
	for _, c := range a.commands {
		if c.HasName(w) {
			a.command, a.commands = c, c.Subcommands
			a.path = append(a.path, c.Name)
			return nil
		}
	}
	if len(a.commands) > 0 && len(a.positional) == 0 && (a.command == nil || a.command.Action == nil) {
		return a.unknown("command", strings.Join(append(slices.Clone(a.path), w), " "), w, commandNames(a.commands))
	}
	a.positional = append(a.positional, w)
	return nil
}

// flag takes one flag and returns how many of the following words it used up.
func (a *arrangement) flag(arg string, rest []string) (int, error) {
	name, _, assigned := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	known, isGlobal := a.lookup(name)
	if known == nil {
		return 0, a.unknown("flag", arg, name, flagNames(a.ownFlags(), a.global))
	}
	words := []string{"--" + strings.TrimLeft(arg, "-")}
	used := 0
	if takesValue(known) && !assigned {
		if len(rest) == 0 {
			return 0, usageError("", "flag --%s needs a value", name)
		}
		words, used = append(words, rest[0]), 1
	}
	if isGlobal {
		a.globals = append(a.globals, words...)
	} else {
		a.own = append(a.own, words...)
	}
	return used, nil
}

func (a *arrangement) lookup(name string) (flag cli.Flag, global bool) {
	for _, f := range a.ownFlags() {
		if slices.Contains(f.Names(), name) {
			return f, false
		}
	}
	if name == "help" || name == "h" {
		return cli.HelpFlag, false
	}
	for _, f := range a.global {
		if slices.Contains(f.Names(), name) {
			return f, true
		}
	}
	return nil, false
}

func (a *arrangement) ownFlags() []cli.Flag {
	if a.command == nil {
		return nil
	}
	return a.command.Flags
}

func (a *arrangement) join() ([]string, error) {
	out := append([]string{"telltale"}, a.globals...)
	if a.command == nil {
		return append(out, a.own...), nil
	}
	out = append(append(out, a.path...), a.own...)
	if len(a.commands) > 0 && a.command.Action == nil {
		if len(a.own) > 0 {
			return out, nil
		}
		return nil, usageError("see telltale "+strings.Join(a.path, " ")+" --help",
			"%s needs one of: %s", strings.Join(a.path, " "), strings.Join(commandNames(a.commands), ", "))
	}
	return append(append(out, "--"), a.positional...), nil
}

func takesValue(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationFlag)
	return !ok || d.TakesValue()
}

func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

func flagNames(groups ...[]cli.Flag) []string {
	var names []string
	for _, flags := range groups {
		for _, f := range flags {
			names = append(names, f.Names()[0])
		}
	}
	return names
}

func (a *arrangement) unknown(what, shown, word string, known []string) error {
	hint := "see " + strings.Join(append([]string{"telltale"}, a.path...), " ") + " --help"
	if near := nearest(word, known); near != "" {
		if what == "flag" {
			near = "--" + near
		}
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return usageError(hint, "unknown %s %q", what, shown)
}

// nearest returns the known name most like word, or "" when none is alike.
func nearest(word string, known []string) string {
	metric := metrics.NewJaroWinkler()
	best, bestScore := "", 0.75
	for _, k := range known {
		if s := metric.Compare(word, k); s > bestScore {
			best, bestScore = k, s
		}
	}
	return best
}
