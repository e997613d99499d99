package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"telltale/internal/synthetic"
)

func (p *program) demoCommand() *cli.Command {
	return &cli.Command{
		Name: "demo", Usage: "the whole story, with synthetic people, in a temporary folder",
		Description: "Registers three recipients, makes three marked copies of a table, lets one of them leak (cut, shuffled, stripped of\n" +
			"columns), names the copy it came from, and traces a spam message. Every command is one that you could type.",
		Flags:  []cli.Flag{&cli.StringFlag{Name: "keep", Usage: "work in `DIR` and keep it, instead of a temporary folder"}},
		Action: p.runDemo,
	}
}

// demo plays commands in a folder.
type demo struct {
	p   *program
	ctx context.Context
	dir string
}

func (p *program) runDemo(c *cli.Context) (err error) {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	dir := c.String("keep")
	if dir == "" {
		if dir, err = os.MkdirTemp("", "telltale-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	back, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := os.Chdir(dir); err != nil {
		return err
	}
	defer os.Chdir(back)
	d := &demo{p: p, ctx: c.Context, dir: dir}
	return d.play()
}

func (d *demo) play() error {
	d.say("A shop gives its customer table to three partners. First a registry, with its key, and the partners.")
	if err := d.run("init"); err != nil {
		return err
	}
	if err := d.run("recipient", "add", "acme", "bolt", "cargo", "--kind", "partner"); err != nil {
		return err
	}
	d.say("Canaries need contacts that reach us: a domain and a few telephone numbers.")
	if err := d.contacts(); err != nil {
		return err
	}
	d.say("2,000 synthetic customers. What they are, and what can carry marks, is found out from the file.")
	if err := d.customers(); err != nil {
		return err
	}
	if err := d.run("dataset", "add", "customers", "customers.csv", "--key", "customer_id"); err != nil {
		return err
	}
	d.say("One pass makes a copy for each partner, each with its own marks and its own canaries.")
	if err := d.run("export", "customers.csv", "--dataset", "customers", "--to-all", "--out", "copies", "--canaries", "20"); err != nil {
		return err
	}
	d.say("Months later a file turns up on a forum: no header, half of the rows, shuffled, four of ten columns, other delimiter.")
	if err := d.leak("bolt"); err != nil {
		return err
	}
	if err := d.run("match", "leak.txt", "--case", "forum-2026", "--holder", "forum user"); err != nil {
		return err
	}
	d.say("And a spam message arrives at an address that only one copy held.")
	if err := d.spam("bolt"); err != nil {
		return err
	}
	if err := d.run("trace", "spam.eml", "--case", "forum-2026", "--holder", "Bright Classes"); err != nil {
		return err
	}
	d.say("What the case knows of the way the data took, and whether the registry is what was recorded.")
	if err := d.run("chain", "forum-2026"); err != nil {
		return err
	}
	if err := d.run("ledger", "verify"); err != nil {
		return err
	}
	d.say("And one page for those who have to act on it: what is sure, how sure, and what else could be (telltale demo --keep DIR keeps it).")
	return d.run("report", "forum-2026", "--out", "forum-2026.html")
}

func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.p.Out, "\n# "+format+"\n", args...)
}

// run prints a command as a user types it, and its real output.
func (d *demo) run(args ...string) error {
	fmt.Fprintf(d.p.Out, "\n$ telltale %s\n", shellQuote(args))
	return d.call(d.p.Out, args...)
}

func (d *demo) call(out io.Writer, args ...string) error {
	env := d.p.Env
	env.Out, env.Err, env.OutIsTerminal, env.ErrIsTerminal, env.Prompt = out, out, d.p.color, false, nil
	env.Getenv = func(name string) string {
		switch name {
		case "TELLTALE_REGISTRY":
			return d.path("registry.db")
		case "HOME", "XDG_CONFIG_HOME", "TELLTALE_KEY_FILE", "TELLTALE_KEY_COMMAND", "TELLTALE_PASSPHRASE":
			return ""
		}
		return d.p.Getenv(name)
	}
	in := &program{Env: env}
	if err := in.run(d.ctx, args); err != nil {
		f := describe(err)
		return &failure{exit: f.exit, code: f.code, err: fmt.Errorf("demo: telltale %s: %w", shellQuote(args), err), hint: f.hint}
	}
	return nil
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

func (d *demo) contacts() error {
	var numbers strings.Builder
	for i := range 100 {
		fmt.Fprintf(&numbers, "07700 900%03d\n", (i*37)%1000)
	}
	if err := os.WriteFile(d.path("phones.txt"), []byte(numbers.String()), 0o600); err != nil {
		return err
	}
	if err := d.run("pool", "add", "domain", "letterbox.example", "post-office.example"); err != nil {
		return err
	}
	return d.run("pool", "add", "phones", "phones.txt", "--locale", "en-GB")
}

func (d *demo) customers() error {
	f, err := os.OpenFile(d.path("customers.csv"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := synthetic.Customers(2000, 1).Write(f); err != nil {
		return err
	}
	return f.Close()
}

// leak cuts, shuffles and strips a recipient's copy.
func (d *demo) leak(recipient string) error {
	f, err := os.Open(d.path("copies/customers." + recipient + ".csv"))
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	rows = rows[1:]
	r := rand.New(rand.NewPCG(7, 7))
	r.Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	var out strings.Builder
	for _, row := range rows[:len(rows)/2] {
		fmt.Fprintf(&out, "%s;%s;%s;%s\n", strings.ReplaceAll(row[4], " ", ""), row[2]+", "+row[1], strings.ToUpper(row[3]), row[8])
	}
	return os.WriteFile(d.path("leak.txt"), []byte(out.String()), 0o600)
}

// spam writes a message to a canary of a recipient's copy.
func (d *demo) spam(recipient string) error {
	var exports struct {
		Exports []struct{ ID, Recipient string }
	}
	if err := d.ask(&exports, "export", "list", "--json"); err != nil {
		return err
	}
	for _, e := range exports.Exports {
		if e.Recipient != recipient {
			continue
		}
		var planted struct {
			Canaries []struct{ Row map[string]string }
		}
		if err := d.ask(&planted, "canary", "list", "--export", e.ID, "--json"); err != nil {
			return err
		}
		sent := d.p.Now().Add(time.Minute) // after the copies, by whole seconds
		mail := "From: Bright Classes <offers@bright-classes.example>\nTo: " + planted.Canaries[0].Row["email"] +
			"\nDate: " + sent.Format(time.RFC1123Z) + "\nSubject: Your course starts next week\n\nOnly three places left. Call 01632 960111 today!\n"
		return os.WriteFile(d.path("spam.eml"), []byte(mail), 0o600)
	}
	return fmt.Errorf("demo: no export for %s", recipient)
}

// ask runs a command without showing it and decodes its JSON.
func (d *demo) ask(v any, args ...string) error {
	var out strings.Builder
	if err := d.call(&out, args...); err != nil {
		return err
	}
	return json.Unmarshal([]byte(out.String()), v)
}

func shellQuote(args []string) string {
	var words []string
	for _, a := range args {
		if strings.ContainsAny(a, " '\"$&;|<>*?()") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}
