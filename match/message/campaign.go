package message

import "time"

// Campaign is a set of messages that belong together because they share a
// sender, a link's domain, a callback number or nearly the same text.
type Campaign struct {
	ID       string // stable: derived from what the messages share, not from their order
	Sender   string // the commonest
	Messages []int  // indices, ascending
	Persons  int    // distinct recipients
	First    time.Time
	Last     time.Time
	Why      string // what they share
}

// Campaigns groups messages. Every message is in exactly one campaign, which
// may be of one. Campaigns are sorted by their first message.
func Campaigns(messages []Message) []Campaign {
	return nil
}
