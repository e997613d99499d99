// Package cli is the program's command line: one file per command with its
// flags, its checks and its wording. Decisions and statistics live in the
// packages below; open.go is the only place that knows registry backends.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"telltale/internal/screen"
)

// program is one run: the world around it and the program flags.
type program struct {
	Env
	json    bool
	quiet   bool
	color   bool
	noInput bool
	config  config

	registryPath string
	keyPath      string
}

// Main runs one command line and returns the exit code.
func Main(ctx context.Context, env Env, args []string) int {
	p := &program{Env: env}
	err := p.run(ctx, args)
	if err == nil {
		return exitDone
	}
	var s status
	if errors.As(err, &s) {
		return int(s)
	}
	if ctx.Err() != nil {
		err = &failure{exit: exitInterrupted, code: "interrupted", err: errors.New("interrupted: nothing was kept of what was not finished")}
	}
	f := describe(err)
	p.printError(f, p.json || wantsJSON(args))
	return f.exit
}

func (p *program) run(ctx context.Context, args []string) error {
	out := &answer{to: p.Out}
	p.Out = out
	app := p.app()
	arranged, err := arrange(app, args)
	if err != nil {
		return err
	}
	err = app.RunContext(ctx, arranged)
	var s status
	if out.err != nil && (err == nil || errors.As(err, &s)) {
		return fmt.Errorf("standard output: %w", out.err)
	}
	return err
}

// answer is standard output. It remembers that a write failed, for what writes
// text for people does not look: an answer that was lost is no success.
type answer struct {
	to  io.Writer
	err error
}

func (a *answer) Write(p []byte) (int, error) {
	n, err := a.to.Write(p)
	if a.err == nil {
		a.err = err
	}
	return n, err
}

func (p *program) app() *cli.App {
	app := &cli.App{
		Name:                      "telltale",
		HelpName:                  "telltale",
		Usage:                     "mark every copy of a dataset, and trace a leak to the copy it came from",
		Version:                   version(),
		HideVersion:               true,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		Writer:                    p.Out,
		ErrWriter:                 p.Err,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "registry", Usage: "registry `PATH` (env TELLTALE_REGISTRY)"},
			&cli.StringFlag{Name: "key-file", Usage: "key file `PATH` (env TELLTALE_KEY_FILE; default: the registry's path + \".key\")"},
			&cli.BoolFlag{Name: "json", Usage: "one JSON document on standard output"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no progress and no remarks"},
			&cli.BoolFlag{Name: "no-color", Usage: "no colours (env NO_COLOR)"},
			&cli.BoolFlag{Name: "no-input", Usage: "never ask; fail instead"},
		},
		Before: p.before,
		Commands: []*cli.Command{
			p.initCommand(), p.recipientCommand(), p.poolCommand(), p.inspectCommand(), p.datasetCommand(),
			p.planCommand(), p.exportCommand(), p.canaryCommand(), p.aliasCommand(), p.matchCommand(), p.traceCommand(), p.caseCommand(),
			p.forgetCommand(), p.retireCommand(), p.registryCommand(),
			p.chainCommand(), p.reportCommand(), p.evidenceCommand(), p.receiptCommand(), p.ledgerCommand(), p.keyCommand(), p.demoCommand(), p.completionCommand(), p.versionCommand(),
		},
		Action:         func(c *cli.Context) error { return cli.ShowAppHelp(c) },
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   usageFromLibrary,
	}
	app.CustomAppHelpTemplate = cli.AppHelpTemplate + exitStatusHelp
	finishCommands(app.Commands)
	return app
}

// finishCommands gives every command what all of them share.
func finishCommands(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError = usageFromLibrary
		c.HideHelpCommand = true
		if len(c.Subcommands) > 0 {
			c.CustomHelpTemplate = cli.SubcommandHelpTemplate + exitStatusHelp
			finishCommands(c.Subcommands)
		} else {
			c.CustomHelpTemplate = cli.CommandHelpTemplate + exitStatusHelp
		}
	}
}

// badValue is how package flag says that a value does not fit.
var badValue = regexp.MustCompile(`^invalid (?:boolean )?value (".*") for (?:flag )?-(\S+): `)

func usageFromLibrary(c *cli.Context, err error, _ bool) error {
	help := "see telltale --help"
	if c.Command != nil && c.Command.HelpName != "" {
		help = "see " + c.Command.HelpName + " --help"
	}
	if m := badValue.FindStringSubmatch(err.Error()); m != nil {
		return usageError(help, "--%s %s: it is no value of this flag", m[2], m[1])
	}
	return usageError(help, "%s", err)
}

func (p *program) before(c *cli.Context) error {
	var err error
	if p.config, err = readConfig(p.Getenv); err != nil {
		return err
	}
	p.json, p.quiet, p.noInput = c.Bool("json"), c.Bool("quiet"), c.Bool("no-input")
	p.color = p.OutIsTerminal && !c.Bool("no-color") && p.Getenv("NO_COLOR") == ""
	p.registryPath = first(c.String("registry"), p.Getenv("TELLTALE_REGISTRY"), p.config.Registry)
	if p.registryPath == "" {
		p.registryPath, err = defaultRegistry(p.Getenv)
	}
	p.keyPath = first(c.String("key-file"), p.Getenv("TELLTALE_KEY_FILE"), p.config.KeyFile, p.registryPath+".key")
	return err
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func wantsJSON(args []string) bool {
	for _, a := range args {
		if a == "--" {
			return false
		}
		if a == "--json" || a == "-json" || a == "--json=true" {
			return true
		}
	}
	return false
}

func (p *program) printError(f *failure, asJSON bool) {
	if asJSON {
		p.encode(p.Err, map[string]string{
			"schema": "telltale.error/1", "code": f.code, "message": f.Error(), "hint": f.hint,
		})
		return
	}
	fmt.Fprintf(p.Err, "telltale: %s\n", printable(f.Error()))
	if f.hint != "" && !strings.Contains(f.Error(), f.hint) {
		fmt.Fprintf(p.Err, "  %s\n", printable(f.hint))
	}
}

// print writes doc as JSON if asked to, else lets text write for people.
func (p *program) print(doc any, text func(w io.Writer)) error {
	if p.json {
		return p.encode(p.Out, doc)
	}
	if p.OutWidth == 0 {
		text(p.screen())
		return nil
	}
	var all strings.Builder
	text(&all)
	_, err := io.WriteString(p.screen(), wrap(all.String(), p.OutWidth))
	return err
}

// screen is standard output for text that people read: what came out of files
// cannot steer the terminal, and only colours of ours pass.
func (p *program) screen() io.Writer {
	w := &screen.Writer{To: p.Out}
	if p.color {
		w.Allowed = colorCodes
	}
	return w
}

func (p *program) encode(w io.Writer, doc any) error {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, screen.JSON(text.String()))
	return err
}

// remark tells the person at the terminal something that is not data.
func (p *program) remark(format string, args ...any) {
	if !p.quiet && !p.json {
		line := printable(fmt.Sprintf(format, args...))
		if p.ErrIsTerminal && p.OutWidth > 0 {
			line = wrap(line, p.OutWidth)
		}
		fmt.Fprintln(p.Err, line)
	}
}

// printable makes text safe to show. On standard output the screen does that too,
// but lets colours of ours pass: names and cells must not borrow them.
func printable(s string) string { return screen.Safe(s) }

// arguments checks the number of positional arguments; most < 0 means any.
func arguments(c *cli.Context, least, most int, what string) ([]string, error) {
	args := c.Args().Slice()
	help := "see " + c.Command.HelpName + " --help"
	words := strings.TrimPrefix(c.Command.HelpName, "telltale ")
	if len(args) < least {
		return nil, usageError(help, "%s: give %s", words, what)
	}
	if most >= 0 && len(args) > most {
		return nil, usageError(help, "%s: unexpected argument %q", words, args[most])
	}
	return args, nil
}
