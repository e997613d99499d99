package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/sync/errgroup"

	"telltale/match"
	"telltale/match/message"
	"telltale/store"
)

func (p *program) traceCommand() *cli.Command {
	return &cli.Command{
		Name: "trace", Usage: "say whose copy led to a message", ArgsUsage: "FILE|DIR|-...",
		Description: "FILE is a mail (.eml, .msg), an mbox, an abuse report, a phone's backup, a chat, the text of an SMS, or a table of\n" +
			"complaints with one message a row. Without a file, give --contact. All messages of one call count together; with\n" +
			"--case those of earlier calls do too. JSON Lines on standard input (-) are answered line by line.",
		Flags: append(investigationFlags(),
			&cli.StringFlag{Name: "contact", Usage: "`ADDRESS` or number that received the message"},
			&cli.StringFlag{Name: "received", Usage: "`TIME` when it was received: later exports are no source"},
			&cli.StringFlag{Name: "sender", Usage: "`WHO` sent it"},
			&cli.StringFlag{Name: "text", Usage: "its `TEXT`"},
			&cli.BoolFlag{Name: "reveal", Usage: "show contacts in clear; this is logged"},
		),
		Action: p.runTrace,
	}
}

func (p *program) runTrace(c *cli.Context) error {
	args, err := arguments(c, 0, -1, "")
	if err != nil {
		return err
	}
	received, err := parseTime("received", c.String("received"))
	if err != nil {
		return err
	}
	if len(args) == 0 && c.String("contact") == "" {
		return usageError("see telltale trace --help", "trace: give a file, or --contact")
	}
	options, err := p.matchOptions(c)
	if err != nil {
		return err
	}
	if contact := c.String("contact"); contact != "" && len(message.FromText(contact, "", "", received).Recipients) == 0 {
		return usageError("give an address such as ann@example.org, or a telephone number", "trace: --contact is neither an address nor a number")
	}
	files, others, err := expand(args)
	if err != nil {
		return err
	}
	files = outsideMaildirs(files, func(name string) string { return name })
	others = outsideMaildirs(others, func(e irregular) string { return e.path })
	stream := p.jsonLines(files)
	var messages []message.Message
	var failed []match.Input
	if stream == nil {
		if messages, failed, err = p.readMessages(c.Context, files); err != nil {
			return err
		}
	}
	options.Hold = 1 // all messages are known beforehand
	if stream != nil {
		options.Hold = streamHold
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		i, err := p.investigate(c, r, options, "message", match.SchemaTrace)
		if err != nil {
			return err
		}
		if c.Bool("reveal") {
			if err := p.note(c.Context, r, "reveal", "contacts of traced messages", nil); err != nil {
				return err
			}
		}
		t := &tracing{i, c, c.Bool("reveal"), received, p.Now().UTC().Format(time.RFC3339Nano)}
		if stream != nil {
			return t.stream(stream)
		}
		return t.batch(p.amend(c, messages, received), failed, others)
	})
}

// tracing is one run of trace.
type tracing struct {
	*investigation
	c        *cli.Context
	reveal   bool
	received time.Time
	call     string // what is read in one call is looked at together
}

// streamHold is of how many rows the indexes are held in memory for messages
// that come one by one; a larger registry is read through for each.
const streamHold = 4_000_000

// lookSize is how many messages are read at a time. Of a longer list each part
// is a look of its own.
const lookSize = 4096

// batch weighs all messages together and answers once. Without a case, what
// was read of a message is forgotten as soon as it is weighed.
func (t *tracing) batch(messages []message.Message, failed []match.Input, others []irregular) error {
	trace, ctx := t.engine.NewTrace(), t.c.Context
	if err := t.engine.Resolve(ctx, messages); err != nil {
		return err
	}
	for part := 0; part*lookSize < len(messages); part++ {
		chunk := messages[part*lookSize : min(len(messages), (part+1)*lookSize)]
		readings, err := t.read(chunk, fmt.Sprintf("%s/%d", t.call, part))
		if err != nil {
			return err
		}
		if t.caseName == "" {
			err = trace.Add(ctx, readings...)
		} else {
			err = t.keep(chunk, readings)
		}
		if err != nil {
			return err
		}
		for k := range chunk {
			chunk[k].Forget()
		}
	}
	finish := func(result *match.Result) {
		addFailed(result, failed)
		addIrregular(result, others)
		t.revealContacts(result, messages)
	}
	if t.caseName != "" {
		return t.decide(t.c, finish)
	}
	result, err := trace.Result(ctx)
	if err != nil {
		return err
	}
	return t.conclude(t.c, result, finish)
}

// read reads messages on all cores, in their order. Their contacts are resolved.
func (t *tracing) read(messages []message.Message, call string) ([]*match.Reading, error) {
	out := make([]*match.Reading, len(messages))
	g, ctx := errgroup.WithContext(t.c.Context)
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		g.Go(func() error {
			for k := w; k < len(messages); k += workers {
				m := &messages[k]
				reading, err := t.engine.Message(ctx, *m, match.Seen{Name: m.Name, Holder: t.c.String("holder"), At: t.at(m), Call: call})
				if err != nil {
					return fmt.Errorf("%s: %w", m.Name, err)
				}
				out[k] = reading
			}
			return nil
		})
	}
	return out, g.Wait()
}

func (t *tracing) at(m *message.Message) time.Time {
	if !t.received.IsZero() {
		return t.received
	}
	return m.Received
}

// keep takes readings that are added to a case.
func (t *tracing) keep(messages []message.Message, readings []*match.Reading) error {
	for k, m := range messages {
		record := sightingRecord{Name: m.Name, Holder: t.c.String("holder"), At: t.at(&m), Sender: m.Sender, Contact: readings[k].Sightings[0].Contact}
		if err := t.add(readings[k], record, m.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// revealContacts shows the contacts of this call in clear, if asked to.
func (t *tracing) revealContacts(result *match.Result, messages []message.Message) {
	for at, m := range messages {
		if t.reveal && len(m.Recipients) > 0 {
			result.Sightings[at].Contact = m.Recipients[0].Value
		}
	}
}

// outsideMaildirs leaves out what stands in a maildir and is no message: the
// indexes of its server, and messages that have not arrived (tmp).
func outsideMaildirs[T any](files []T, nameOf func(T) string) []T {
	known := map[string]bool{}
	maildir := func(dir string) bool {
		is, ok := known[dir]
		if !ok {
			cur, err := os.Stat(filepath.Join(dir, "cur"))
			fresh, err2 := os.Stat(filepath.Join(dir, "new"))
			is = err == nil && err2 == nil && cur.IsDir() && fresh.IsDir()
			known[dir] = is
		}
		return is
	}
	return slices.DeleteFunc(files, func(file T) bool {
		name := nameOf(file)
		dir := filepath.Dir(name)
		return name != "-" && (maildir(dir) || filepath.Base(dir) == "tmp" && maildir(filepath.Dir(dir)))
	})
}

// readMessages reads every message of every file. A file that cannot be read
// is an error by itself, and a failed input among others.
func (p *program) readMessages(ctx context.Context, files []string) ([]message.Message, []match.Input, error) {
	var all []message.Message
	var failed []match.Input
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		found, err := p.readMessageFile(name)
		if err != nil && len(files) == 1 {
			return nil, nil, err
		}
		if err != nil {
			failed = append(failed, match.Input{Name: name, Unreadable: 1, Problem: err.Error()})
			continue
		}
		all = append(all, found...)
	}
	if len(files) > 0 && len(failed) == len(files) {
		return nil, nil, inputError("", "none of the %d files could be read; the first: %s", len(files), failed[0].Problem)
	}
	return all, failed, nil
}

func (p *program) readMessageFile(name string) ([]message.Message, error) {
	var in io.Reader = p.In
	if name == "-" {
		name = "standard input"
	} else {
		f, err := openRegular(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return message.Read(name, in)
}

// amend adds what the flags say: a message of its own when there is no file,
// else the contact, sender and time of messages that lack them.
func (p *program) amend(c *cli.Context, messages []message.Message, received time.Time) []message.Message {
	contact, sender := c.String("contact"), c.String("sender")
	if len(messages) == 0 {
		m := message.FromText(contact, c.String("text"), sender, received)
		m.Name = "command line"
		return []message.Message{m}
	}
	typed := message.FromText(contact, "", sender, received)
	for i := range messages {
		m := &messages[i]
		if contact != "" {
			m.Recipients = append(slices.Clone(typed.Recipients), m.Recipients...)
		}
		m.Sender = first(m.Sender, sender)
		if !received.IsZero() {
			m.Received = received
		}
	}
	return messages
}
