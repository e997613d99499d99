package message

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// isMbox reports whether a file begins with a From_ line that has a time.
func isMbox(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), "\r\n")
	return isFromLine(head)
}

// isFromLine reports whether a line separates messages: "From ", an address,
// and a time.
func isFromLine(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("From ")) {
		return false
	}
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	return !envelopeTime(line).IsZero()
}

// readMbox reads an mbox, message by message. Lines that an mbox writer
// quoted (">From ") are restored.
func readMbox(name string, b *bufio.Reader) ([]Message, error) {
	var list []Message
	var cur bytes.Buffer
	over := 0
	flush := func() {
		if len(bytes.TrimSpace(cur.Bytes())) == 0 {
			return
		}
		m := readMail(fmt.Sprintf("%s#%d", name, len(list)+1), cur.Bytes())
		if over > 0 {
			m.lose("message is longer than %d bytes, %d were left out", MaxMessage, over)
		}
		list = append(list, m)
		cur.Reset()
		over = 0
	}
	blank := true
	for {
		line, err := readLine(b)
		if blank && isFromLine(line) {
			flush()
			if len(list) >= MaxMessages {
				list[len(list)-1].lose("file holds more than %d messages, the rest was left out", MaxMessages)
				return list, nil
			}
		}
		blank = len(bytes.TrimSpace(line)) == 0
		if cur.Len()+len(line) <= MaxMessage {
			cur.Write(unquote(line))
		} else {
			over += len(line)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return list, fmt.Errorf("%s: %w", name, err)
		}
	}
	flush()
	if len(list) == 1 {
		list[0].Name = name
	}
	return list, nil
}

// readLine returns a line with its end, or a piece of one that is longer than
// the buffer.
func readLine(b *bufio.Reader) ([]byte, error) {
	line, err := b.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		err = nil
	}
	return line, err
}

func unquote(line []byte) []byte {
	if rest := strings.TrimLeft(string(line[:min(len(line), 16)]), ">"); len(rest) < min(len(line), 16) && strings.HasPrefix(rest, "From ") {
		return line[1:]
	}
	return line
}
