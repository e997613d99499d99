package message

import (
	"strings"

	"telltale/internal/identity"
)

// Somebody who complains often forwards the message from their own mailbox:
// the header of what they received then stands in the text, in the words of
// their program.

var forwardWords = map[string][]string{
	"from":    {"from", "von", "de", "da", "van", "od", "от", "发件人", "寄件者", "寄件人", "差出人", "보낸 사람"},
	"to":      {"to", "an", "à", "a", "para", "aan", "do", "кому", "收件人", "收件者", "宛先", "받는 사람"},
	"date":    {"date", "sent", "datum", "gesendet", "envoyé", "date d'envoi", "fecha", "enviado", "data", "verzonden", "отправлено", "дата", "发送时间", "发送日期", "日期", "寄件日期", "送信日時", "日時"},
	"subject": {"subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "тема", "主题", "主旨", "件名"},
}

// forwarded finds the header of a forwarded message in a text: three of its
// lines within ten, one of them the sender. It stands at or near the
// beginning, or below a line that says so.
func forwarded(text string) fields {
	lines := strings.Split(text, "\n")
	for i := range lines {
		if i > 200 {
			break
		}
		if name, _ := forwardLine(lines[i]); name != "from" {
			continue
		}
		h := fields{}
		for _, line := range lines[i:min(len(lines), i+10)] {
			name, value := forwardLine(line)
			if name == "" && strings.TrimSpace(line) != "" && len(h) >= 3 {
				break
			}
			if name != "" && value != "" && h.first(name) == "" {
				h = append(h, field{name, value})
			}
		}
		if len(h) >= 3 && len(addresses(h.first("from")+" "+h.first("to"))) > 0 {
			return h
		}
	}
	return nil
}

func forwardLine(line string) (name, value string) {
	line = strings.TrimLeft(line, "> *\t\u00a0")
	label, value, ok := strings.Cut(strings.Replace(line, "：", ":", 1), ":")
	if !ok || len(label) > 40 {
		return "", ""
	}
	label = strings.ToLower(strings.TrimSpace(strings.Trim(label, "*_ ")))
	for name, words := range forwardWords {
		for _, w := range words {
			if label == w {
				return name, strings.TrimSpace(strings.TrimLeft(value, "* "))
			}
		}
	}
	return "", ""
}

// adopt makes a message that was forwarded in text the one that was received:
// its recipients come first, its sender and time count.
func (m *Message) adopt(h fields) {
	m.note("forwarded in the text by %s", orUnknown(m.Sender))
	var to []Contact
	for _, a := range addresses(h.first("to")) {
		to = append(to, Contact{identity.Email, a, "forwarded to"})
	}
	if len(to) == 0 && m.Sender != "" { // who forwards is who received
		if c, ok := contact(m.Sender, "", "forwarded by"); ok {
			to = append(to, c)
		}
	}
	m.Recipients = distinct(to, m.Recipients)
	m.ReplyTo = ""
	if from := addresses(h.first("from")); len(from) > 0 {
		m.Sender = from[0]
	} else {
		m.Sender = h.first("from")
	}
	if s := h.first("subject"); s != "" {
		m.Subject = s
	}
	m.Dated = cellTime(strings.Replace(h.first("date"), " at ", " ", 1), "")
	if !m.Dated.IsZero() && (m.Received.IsZero() || m.Dated.Before(m.Received)) {
		m.Received = m.Dated
	}
}
