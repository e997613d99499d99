package message

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"telltale/internal/table"
)

// FromJSON reads a message that is one JSON object, with any names: those of
// objects inside it are joined by dots, lists become texts. What is no object is kept as text
// and counted as unreadable.
func FromJSON(name string, line []byte) Message {
	if len(line) > MaxMessage {
		m := readText(name, line[:MaxMessage])
		m.lose("line is longer than %d bytes", MaxMessage)
		return m
	}
	var names, cells []string
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	err := flatten(d, "", func(n, v string) { names, cells = append(names, n), append(cells, v) })
	if err == nil && d.More() {
		err = fmt.Errorf("more than one value")
	}
	row := rawRow{row: table.Row{Cells: cells}}
	if err == nil {
		if p, ok := columnRoles(table.Schema{Columns: names, Header: true, Format: table.JSONL}, []rawRow{row}); ok {
			m := p.message(name, row)
			m.SHA256 = digest(line)
			return m
		}
	}
	m := readText(name, line)
	if err != nil {
		m.lose("line is no JSON object: %v", err)
	}
	return m
}

// flatten reports the fields of an object.
func flatten(d *json.Decoder, path string, f func(name, value string)) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case json.Delim:
		return flattenInside(d, path, v, f)
	case nil:
	case string:
		f(path, v)
	default:
		f(path, fmt.Sprint(v))
	}
	return nil
}

func flattenInside(d *json.Decoder, path string, kind json.Delim, f func(name, value string)) error {
	if kind == '[' {
		return flattenList(d, path, f)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		if err := flatten(d, strings.TrimPrefix(path+"."+t.(string), "."), f); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// flattenList joins plain values; objects in a list keep their fields.
func flattenList(d *json.Decoder, path string, f func(name, value string)) error {
	var plain []string
	for d.More() {
		err := flatten(d, path, func(n, v string) {
			if n == path {
				plain = append(plain, v)
			} else {
				f(n, v)
			}
		})
		if err != nil {
			return err
		}
	}
	if len(plain) > 0 {
		f(path, strings.Join(plain, "; "))
	}
	_, err := d.Token()
	return err
}
