package message

import (
	"bytes"
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A chat that somebody exported or pasted has a line with a time and a name at
// the head of every message.
const (
	chatDay   = `(\d{1,4})[./年-](\d{1,2})[./月-](\d{1,4})日?`
	chatClock = `((?i:[上下]午|am|pm|a\.m\.|p\.m\.)?)\s?(\d{1,2})[:.：](\d{2})(?:[:.：]\d{2})?\s?((?i:am|pm|a\.?\s?m\.?|p\.?\s?m\.?)?)`
)

// chatHead is one form of such lines, with the places of name and text.
type chatHead struct {
	line       *regexp.Regexp
	day        int // first of the three groups of a date
	name, text int // 0: the text follows on the next lines
}

var chatHeads = []chatHead{
	{regexp.MustCompile(`^\x{200e}?\[` + chatDay + `,?\s+` + chatClock + `\]\s+([^:：]{1,60})[:：]\s?(.*)$`), 1, 8, 9},      // WhatsApp, iOS
	{regexp.MustCompile(`^\x{200e}?` + chatDay + `,?\s+` + chatClock + `\s+-\s+([^:：]{1,60})[:：]\s?(.*)$`), 1, 8, 9},      // WhatsApp, Android
	{regexp.MustCompile(`^(\S[^\[\]]{0,59}?),?\s\[` + chatDay + `,?\s+` + chatClock + `\]:?\s*(.*)$`), 2, 1, 9},           // Telegram
	{regexp.MustCompile(`^` + chatDay + `\s+` + chatClock + `\s+(\S.{0,59}?)(?:\(\d{5,12}\)|<[^>]{3,60}>)\s*$`), 1, 8, 0}, // QQ
	{regexp.MustCompile(`^(\S.{0,59}?)[:：]?\s+` + chatDay + `\s+` + chatClock + `\s*$`), 2, 1, 0},                         // WeChat, DingTalk
}

type chatLine struct {
	date       [3]string
	hour, min  int
	name, text string
}

func (h *chatHead) read(line string) (c chatLine, ok bool) {
	g := h.line.FindStringSubmatch(strings.TrimRight(line, "\r"))
	if g == nil {
		return c, false
	}
	d := h.day
	c.date = [3]string{g[d], g[d+1], g[d+2]}
	c.hour, _ = strconv.Atoi(g[d+4])
	c.min, _ = strconv.Atoi(g[d+5])
	half := strings.ToLower(g[d+3] + g[d+6])
	if (strings.HasPrefix(half, "p") || half == "下午") && c.hour < 12 {
		c.hour += 12
	}
	if (strings.HasPrefix(half, "a") || half == "上午") && c.hour == 12 {
		c.hour = 0
	}
	c.name = strings.TrimSpace(g[h.name])
	if h.text > 0 {
		c.text = g[h.text]
	}
	return c, c.hour < 24 && c.min < 60
}

// readChat reads the messages of a chat; ok is false when text is none: two
// messages of one form must be there, the first of them within ten lines.
func readChat(name, text string) (list []Message, ok bool) {
	lines := chatLines(text)
	var best *chatHead
	most := 1
	for i := range chatHeads {
		n, k := 0, 0
		for line := range lines {
			if k == 10 && n == 0 || k > 2000 {
				break
			}
			k++
			if _, ok := chatHeads[i].read(line); ok {
				n++
			}
		}
		if n > most {
			best, most = &chatHeads[i], n
		}
	}
	if best == nil {
		return nil, false
	}
	return best.messages(name, lines), true
}

// chatLines are the lines of text, each cut where it alone is more than a
// message's text.
func chatLines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(text, "\n") {
			if !yield(line[:min(len(line), MaxText+1)]) {
				return
			}
		}
	}
}

func (h *chatHead) messages(name string, lines iter.Seq[string]) (list []Message) {
	order := dayOrder(h, lines)
	var heads []chatLine
	var texts [][]string // lines of each message
	var preface strings.Builder
	size := 0 // of the last message
	for line := range lines {
		if c, ok := h.read(line); ok {
			heads, texts = append(heads, c), append(texts, []string{c.text})
			size = len(c.text)
		} else if n := len(texts) - 1; n >= 0 {
			if size <= MaxText { // what is longer is cut, and says so
				texts[n] = append(texts[n], line)
			}
			size += len(line) + 1
		} else {
			preface.WriteString(line + "\n")
		}
	}
	for i, c := range heads {
		if len(list) == MaxMessages {
			list[i-1].lose("file holds more than %d messages, the rest was left out", MaxMessages)
			break
		}
		text := strings.Join(texts[i], "\n")
		m, links := plainMessage(fmt.Sprintf("%s#%d", name, i+1), []byte(text))
		m.SHA256 = digest(fmt.Appendf(nil, "%v\n%s", c, text))
		m.Sender, m.Received = party(c.name, ""), c.at(order)
		m.Header = "chat with " + c.name + "\n" + strings.TrimSpace(preface.String())
		preface.Reset()
		m.findInside(links)
		list = append(list, m)
	}
	return list
}

// dayOrder tells the order of day and month from the dates that allow one only:
// 1 when the month comes first. Where nothing tells, the day does.
func dayOrder(h *chatHead, lines iter.Seq[string]) (monthFirst bool) {
	for line := range lines {
		if c, ok := h.read(line); ok && len(c.date[0]) < 3 {
			a, _ := strconv.Atoi(c.date[0])
			b, _ := strconv.Atoi(c.date[1])
			if a > 12 {
				return false
			}
			if b > 12 {
				return true
			}
		}
	}
	return false
}

func (c chatLine) at(monthFirst bool) time.Time {
	n := [3]int{}
	for i, s := range c.date {
		n[i], _ = strconv.Atoi(s)
	}
	year, month, day := n[0], n[1], n[2]
	if len(c.date[0]) < 3 {
		year, month, day = n[2], n[1], n[0]
		if monthFirst {
			month, day = day, month
		}
		if year < 100 {
			year += 2000
		}
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || year < 1990 || year > 2200 {
		return time.Time{}
	}
	return time.Date(year, time.Month(month), day, c.hour, c.min, 0, 0, time.UTC)
}

// startsChat reports whether a text begins like a chat: what a table reader
// takes for columns are then times and names.
func startsChat(raw []byte) bool {
	if raw = raw[:min(len(raw), peekSize)]; bytes.IndexByte(raw, '\n') >= 0 {
		raw = raw[:bytes.LastIndexByte(raw, '\n')]
	}
	text, _ := decodeText(raw, lookupBOM(raw))
	_, ok := readChat("", text)
	return ok
}
