package message

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// disagreement is how far apart two times of one message may lie before it is
// worth a note: queues and wrong clocks explain a day.
const disagreement = 24 * time.Hour

// arrival says when a mail arrived: the topmost Received header was written by
// the recipient's own server, the ones below by machines that may lie, and
// Date by the sender. notes tells where they do not agree.
func arrival(h fields) (received, dated time.Time, notes []string) {
	dated = mailTime(h.first("date"))
	hops := h.all("received")
	var chain []time.Time
	for _, r := range hops {
		if i := strings.LastIndexByte(r, ';'); i >= 0 {
			if t := mailTime(r[i+1:]); !t.IsZero() {
				chain = append(chain, t)
			}
		}
	}
	if len(chain) == 0 {
		if len(hops) > 0 {
			notes = append(notes, "no Received header has a readable time")
		}
		if t := mailTime(h.first("resent-date")); !t.IsZero() {
			return t, dated, notes
		}
		return dated, dated, notes
	}
	if broken := brokenChain(hops); broken != "" {
		notes = append(notes, broken)
	}
	received = chain[0]
	for _, t := range chain[1:] {
		if t.Sub(received) > disagreement {
			notes = append(notes, "a lower Received header is later than the topmost one ("+stamp(t)+" and "+stamp(received)+"): part of the chain is forged or a clock is wrong")
			break
		}
	}
	if !dated.IsZero() && (received.Sub(dated) > disagreement || dated.Sub(received) > disagreement) {
		notes = append(notes, "the Date header says "+stamp(dated)+", the topmost Received header "+stamp(received))
	}
	return received, dated, notes
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

var comment = regexp.MustCompile(`\([^()]*\)`)

// mailTime reads a time as it stands in mail, zero when it cannot be one.
func mailTime(s string) time.Time {
	s = strings.Join(strings.Fields(comment.ReplaceAllString(s, " ")), " ")
	if s == "" {
		return time.Time{}
	}
	t, err := mail.ParseDate(s)
	for _, layout := range mailLayouts {
		if err == nil {
			break
		}
		t, err = time.Parse(layout, s)
	}
	if err != nil || t.Year() < 1980 || t.Year() > 2200 {
		return time.Time{}
	}
	return t
}

var mailLayouts = []string{
	"Mon, _2 Jan 2006 15:04", "Mon, Jan _2, 2006 3:04 PM", "_2 January 2006 15:04", "_2 January 2006 15:04:05", "Monday, _2 January 2006 15:04", "Monday, January _2, 2006 3:04 PM",
	"Mon, _2 Jan 2006 15:04:05 -0700 MST", "Mon, _2 Jan 2006 15:04:05", "_2 Jan 2006 15:04:05", "Mon, _2 Jan 06 15:04:05 -0700",
	"Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 2006 -0700", "Mon, _2-Jan-2006 15:04:05 -0700",
	"Mon _2 Jan 2006 15:04:05 -0700", time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
	"2006-01-02 15:04", "2006/01/02 15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006-1-2 15:04:05", "2006-01-02", "2006/1/2",
	"2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日15:04", "2006年1月2日", "20060102150405", "20060102",
	"02/01/2006 15:04:05", "02/01/2006 15:04", "2/1/2006", "02.01.2006 15:04:05", "02.01.2006 15:04", "2.1.2006", "Jan 2, 2006 3:04:05 PM", "Jan 2, 2006",
}
