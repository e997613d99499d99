package fingerprint

import (
	"testing"
	"time"
)

func TestTimeForms(t *testing.T) {
	at := time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC).Unix()
	day := at / 86400
	for _, c := range []struct {
		spec, value, class string
		rank               int64
	}{
		{"time:s", "2006-01-02T15:04:05", "", at},
		{"time:s", "2006-01-02 15:04:05", "", at},
		{"time:s", "2006/1/2 15:04:05.000", "", at},
		{"time:s", "2006-01-02T15:04:05.25Z", "0.25", at},
		{"time:s", "2006-01-02T15:04:05+08:00", "", at},
		{"time:s", "20060102150405", "", at},
		{"time:s", "20060102T150405Z", "", at},
		{"time:s", "2006年1月2日 15时04分05秒", "", at},
		{"time:s", "2006年1月2日15:04:05", "", at},
		{"time:s", "02/01/2006 3:04:05 PM", "", at},
		{"time:s:mdy", "01/02/2006 03:04:05pm", "", at},
		{"time:s", "1136214245", "", at},
		{"time:s", "1136214245250", "0.25", at},
		{"time:s", "Mon, 02 Jan 2006 15:04:05 GMT", "", at},
		{"time:m", "2006-01-02 15:04", "", at / 60},
		{"time:m", "2006-01-02 15:04:05", "5", at / 60},
		{"time:d", "2006-01-02", "", day},
		{"time:d", "2006-01-02 00:00:00", "", day},
		{"time:d", "02.01.2006", "", day},
		{"time:d", "2/1/06", "", day},
		{"time:d", "２００６－０１－０２", "", day},
		{"time:d", "2006年01月02日", "", day},
		{"time:d", "20060102", "", day},
		{"time:d", "Jan 2, 2006", "", day},
		{"time:d", "January 2, 2006", "", day},
		{"time:d", "2 Jan 2006", "", day},
		{"time:d", "02-JAN-2006", "", day},
		{"time:d", "38719", "", day},
		{"time:d", "01/13/2006", "", day + 11},
		{"time:m", "15:04", "clock", 904},
		{"time:m", "15:04:30", "clock30", 904},
		{"time", "2006-01-02 15:04", "", at / 60},
		{"time", "2006-01-02", "", day},
	} {
		carrier, err := ParseCarrier(c.spec, "en-GB")
		if err != nil {
			t.Fatal(err)
		}
		class, rank, ok := carrier.Class(c.value)
		if !ok || class != c.class || rank != c.rank {
			t.Errorf("%s: Class(%q) = %q, %d, %v, want %q, %d", c.spec, c.value, class, rank, ok, c.class, c.rank)
		}
	}
}

func TestTimeRefuses(t *testing.T) {
	for spec, values := range map[string][]string{
		"time:d": {"", "2006", "2006-02-30", "2006-13-01", "0000-00-00", "2006-01", "31/02/2006", "today", "15:04", "1.2.3", "Tue, 02 Jan 2006", "2006-01-02x"},
		"time:s": {"2006-01-02", "2006-01-02 15:04", "38719", "25:00:00", "12:60:00", "13:00:00 PM"},
	} {
		carrier, _ := ParseCarrier(spec, "")
		for _, v := range values {
			if class, rank, ok := carrier.Class(v); ok {
				t.Errorf("%s: Class(%q) = %q, %d, want none", spec, v, class, rank)
			}
		}
	}
}

func TestTimeRender(t *testing.T) {
	for _, c := range []struct {
		spec, value string
		by          int64
		want        string // "" when refused
	}{
		{"time:d", "2006-01-02", 1, "2006-01-03"},
		{"time:d", "2006-01-31", 1, "2006-02-01"},
		{"time:d", "2006-01-31 00:00:00", 1, "2006-02-01 00:00:00"},
		{"time:d", "2006-01-06", 1, ""}, // into a weekend
		{"time:d", "2006-01-07", 1, "2006-01-08"},
		{"time:d", "31/01/2006", 1, "01/02/2006"},
		{"time:d", "2006年1月2日", 1, "2006年1月3日"},
		{"time:d", "2006年1月9日", 1, "2006年1月10日"},
		{"time:d", "2006年1月10日", -1, "2006年1月9日"},
		{"time:d", "2006年11月10日", -1, ""},
		{"time:d", "2006-11-10", -1, "2006-11-09"},
		{"time:d", "10/11/2006", -1, ""},
		{"time:d", "20060131", 1, "20060201"},
		{"time:d", "Jan 31, 2006", 1, ""}, // 1 or 01?
		{"time:d", "Feb 1, 2006", -1, "Jan 31, 2006"},
		{"time:d", "01-FEB-2006", -1, "31-JAN-2006"},
		{"time:d", "February 1, 2006", -1, "January 31, 2006"},
		{"time:d", "Mon, 02 Jan 2006", 1, "Tue, 03 Jan 2006"},
		{"time:d", "２００６－０１－０２", 1, "２００６－０１－０３"},
		{"time:d", "38719", 1, "38720"},
		{"time:d:mdy", "13/02/2006", -1, ""}, // 12/02/2006 would be read as December
		{"time:s", "2006-01-02T15:04:59+08:00", 1, "2006-01-02T15:05:00+08:00"},
		{"time:s", "2006-01-02 23:59:59", 1, ""},
		{"time:s", "1136214245", 1, "1136214246"},
		{"time:s", "1136214245250", 1, "1136214246250"},
		{"time:m", "2006-01-02 3:59 PM", 1, "2006-01-02 4:00 PM"},
		{"time:m", "11:59 AM", 1, ""},
		{"time:m", "09:59", 1, "10:00"},
		{"time:m", "9:59", 1, "10:00"},
		{"time:m", "10:00", -1, ""},
		{"time:h", "2006-01-02 15:04", 1, "2006-01-02 16:04"},
	} {
		carrier, err := ParseCarrier(c.spec, "")
		if err != nil {
			t.Fatal(err)
		}
		_, rank, ok := carrier.Class(c.value)
		if !ok {
			t.Fatalf("%s: %q is no carrier", c.spec, c.value)
		}
		got, ok := carrier.Render(c.value, rank+c.by)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s: Render(%q, %+d) = %q, %v, want %q", c.spec, c.value, c.by, got, ok, c.want)
		}
	}
}
