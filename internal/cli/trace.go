package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"telltale/internal/identity"
	"telltale/match"
	"telltale/match/message"
)

func (p *program) traceCommand() *cli.Command {
	return &cli.Command{
		Name: "trace", Usage: "say whose copy led to a message", ArgsUsage: "FILE|DIR|-...",
		Description: "FILE is a mail, an mbox, the text of an SMS, or a table of complaints with one message a row. Without a file,\n" +
			"give --contact. All messages of one call count together; with --case those of earlier calls do too.",
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
	files, err := expand(args)
	if err != nil {
		return err
	}
	messages, failed, err := p.readMessages(c.Context, files)
	if err != nil {
		return err
	}
	messages = p.amend(c, messages, received)
	return p.with(c.Context, func(r *registry) error {
		i, err := p.investigate(c, r, options, "message", match.SchemaTrace)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if err := i.readMessage(c.Context, m, c.String("holder"), received); err != nil {
				return err
			}
		}
		if c.Bool("reveal") {
			if err := p.note(c.Context, r, "reveal", "contacts of traced messages", nil); err != nil {
				return err
			}
		}
		return i.decide(c, func(result *match.Result) {
			addFailed(result, failed)
			addCampaigns(result, messages, c.Bool("reveal"))
		})
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
		f, err := os.Open(name)
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

func (i *investigation) readMessage(ctx context.Context, m message.Message, holder string, received time.Time) error {
	at := m.Received
	if !received.IsZero() {
		at = received
	}
	reading, err := i.engine.Message(ctx, m, match.Seen{Name: m.Name, Holder: holder, At: at})
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	record := sightingRecord{Name: m.Name, Holder: holder, At: at, Sender: m.Sender}
	if len(m.Recipients) > 0 {
		record.Contact = identity.Mask(m.Recipients[0].Kind, m.Recipients[0].Value)
	}
	return i.add(reading, record, m.SHA256)
}

// addCampaigns groups the messages of this call; the sightings of the result
// are theirs, in the same order.
func addCampaigns(result *match.Result, messages []message.Message, reveal bool) {
	result.Campaigns = []match.Campaign{}
	for _, campaign := range message.Campaigns(messages) {
		result.Campaigns = append(result.Campaigns, match.Campaign{ID: campaign.ID, Sender: campaign.Sender,
			Messages: len(campaign.Messages), Persons: campaign.Persons, First: timeText(campaign.First), Last: timeText(campaign.Last)})
		for _, at := range campaign.Messages {
			result.Sightings[at].Campaign = campaign.ID
		}
	}
	if !reveal {
		return
	}
	for at, m := range messages {
		if len(m.Recipients) > 0 {
			result.Sightings[at].Contact = m.Recipients[0].Value
		}
	}
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
