package identity

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"telltale/internal/material"
)

// made returns n cells of a column.
func made(n int, cell func(i int, r *rand.Rand) string) []string {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		out[i] = cell(i, r)
	}
	return out
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func mobile(i int, r *rand.Rand) string { return fmt.Sprintf("13%09d", r.IntN(1e9)) }

func resident(i int, r *rand.Rand) string {
	s, _ := ResidentID.Fix(fmt.Sprintf("110105%04d%02d%02d%03d0", 1950+r.IntN(50), 1+r.IntN(12), 1+r.IntN(28), r.IntN(1000)))
	return s
}

func chineseName(i int, r *rand.Rand) string {
	return pick(r, "王", "李", "张", "刘", "陈", "欧阳") + pick(r, "小明", "伟", "芳", "秀英", "建国", "丽")
}

func chineseAddress(i int, r *rand.Rand) string {
	return fmt.Sprintf("北京市朝阳区%s路%d号%d室", pick(r, "建国", "人民", "光华"), 1+r.IntN(300), 100+r.IntN(900))
}

func TestClassifySynthetic(t *testing.T) {
	const n = 200
	for _, c := range []struct {
		header, locale string
		want           Kind
		cells          []string
	}{
		{"手机", "zh-CN", Phone, made(n, mobile)},
		{"", "", Phone, made(n, mobile)},
		{"whatever", "", Phone, made(n, func(i int, r *rand.Rand) string { return "+86 " + mobile(i, r) })},
		{"phone", "en-GB", Phone, made(n, func(i int, r *rand.Rand) string { return fmt.Sprint(1_700_000_000 + r.IntN(1e8)) })},
		{"身份证", "zh-CN", NationalID, made(n, resident)},
		{"", "", NationalID, made(n, resident)},
		{"姓名", "zh-CN", Name, made(n, chineseName)},
		{"", "zh-CN", Name, made(n, chineseName)},
		{"地址", "zh-CN", Address, made(n, chineseAddress)},
		{"", "zh-CN", Address, made(n, chineseAddress)},
		{"运单号", "zh-CN", Serial, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("SF%012d", r.Int64N(1e12)) })},
		{"", "", Serial, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("SF%012d", r.Int64N(1e12)) })},
		{"", "zh-CN", Serial, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("7%014d", r.Int64N(1e14)) })},
		{"no", "", Serial, made(n, func(i int, _ *rand.Rand) string { return fmt.Sprint(i + 1) })},
		{"", "", Serial, made(n, func(i int, _ *rand.Rand) string { return fmt.Sprint(i + 1) })},
		{"customer_id", "", Serial, made(n, func(i int, r *rand.Rand) string { return fmt.Sprint(1 + r.IntN(60)) })},
		{"", "", Date, made(n, func(i int, r *rand.Rand) string {
			return fmt.Sprintf("19%02d%02d%02d", r.IntN(100), 1+r.IntN(12), 1+r.IntN(28))
		})},
		{"", "", Date, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("%d/%d/2021", 1+r.IntN(28), 1+r.IntN(12)) })},
		{"created", "", Time, made(n, func(i int, r *rand.Rand) string {
			return fmt.Sprintf("2021-01-%02d %02d:%02d:00", 1+r.IntN(28), r.IntN(24), r.IntN(60))
		})},
		{"金额", "zh-CN", Number, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("%.2f", r.Float64()*1e4) })},
		{"phone", "", Number, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("%.2f", r.Float64()*1e4) })},
		{"", "", Number, made(n, func(i int, r *rand.Rand) string {
			return fmt.Sprintf("%d,%03d.%02d", 1+r.IntN(99), r.IntN(1000), r.IntN(100))
		})},
		{"amount", "", Integer, made(n, func(i int, r *rand.Rand) string { return fmt.Sprint(r.IntN(1e6)) })},
		{"year", "", Integer, made(n, func(i int, r *rand.Rand) string { return fmt.Sprint(1900 + r.IntN(120)) })},
		{"", "", Integer, made(n, func(i int, r *rand.Rand) string { return fmt.Sprint(1900 + r.IntN(120)) })},
		{"性别", "zh-CN", Category, made(n, func(i int, r *rand.Rand) string { return pick(r, "男", "女") })},
		{"邮编", "zh-CN", Postcode, made(n, func(i int, r *rand.Rand) string { return fmt.Sprint(100000 + r.IntN(800000)) })},
		{"", "", Email, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("u%d@x%d.com", i, r.IntN(50)) })},
		{"email_hash", "", Serial, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) })},
		{"ssn", "en-US", NationalID, made(n, func(i int, r *rand.Rand) string {
			return fmt.Sprintf("%03d-%02d-%04d", 100+r.IntN(600), 1+r.IntN(99), r.IntN(10000))
		})},
		{"公司", "zh-CN", Organisation, made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("北京%d科技有限公司", r.IntN(1e5)) })},
		{"Phone", "", Phone, nil},
		{"", "", Text, nil},
		{"备注", "zh-CN", Text, made(n, func(i int, r *rand.Rand) string {
			return fmt.Sprintf("请在%d点以后送货到门口谢谢，第%d次", r.IntN(24), i)
		})},
	} {
		got := Classify(c.header, c.cells, c.locale)
		if got[0].Kind != c.want {
			t.Errorf("Classify(%q, %.3q) = %v, want %s", c.header, c.cells[:min(3, len(c.cells))], got[:min(3, len(got))], c.want)
		}
	}
}

func TestSuggestRolesSynthetic(t *testing.T) {
	const n = 200
	first := made(n, func(i int, r *rand.Rand) string { return pick(r, "Ann", "Robert", "James", "Mary", "Linda") })
	last := made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("Sm%cth%c", 'a'+rune(i%26), 'a'+rune(i/26)) })
	total := made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("%.2f", r.Float64()*1e4) })
	row := made(n, func(i int, _ *rand.Rand) string { return fmt.Sprint(i + 1) })
	email := made(n, func(i int, _ *rand.Rand) string { return fmt.Sprintf("u%d@x.com", i) })
	for _, c := range []struct {
		columns []Column
		want    string
	}{
		{[]Column{{Header: "total", Sample: total}, {Header: "id", Sample: row}, {Header: "email", Sample: email}}, "[1] [2]"},
		{[]Column{{Header: "total", Sample: total}, {Header: "email", Sample: email}}, "[1] [1]"},
		{[]Column{{Header: "first_name", Sample: first}, {Header: "last_name", Sample: last}, {Header: "total", Sample: total}}, "[1] [0 1]"},
		{[]Column{{Header: "first_name", Sample: first}, {Header: "total", Sample: total}}, "[] [0]"},
		{nil, "[] []"},
	} {
		r := SuggestRoles(c.columns, "")
		if got := fmt.Sprint(r.Key, r.Identity); got != c.want {
			t.Errorf("SuggestRoles = %s, want %s", got, c.want)
		}
	}
}

func TestGuessLocale(t *testing.T) {
	const n = 50
	for _, c := range []struct {
		want    string
		columns [][]string
	}{
		{"zh-CN", [][]string{made(n, chineseName), made(n, mobile)}},
		{"zh-CN", [][]string{made(n, mobile)}},
		{"zh-TW", [][]string{made(n, func(i int, r *rand.Rand) string {
			return pick(r, "臺北市信義區松仁路", "高雄市左營區", "陳小華")
		})}},
		{"ja-JP", [][]string{made(n, func(i int, r *rand.Rand) string { return pick(r, "東京都新宿区", "サトウ", "山田 太郎") })}},
		{"de-DE", [][]string{made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("Goethestraße %d", i) })}},
		{"en-US", [][]string{made(n, func(i int, r *rand.Rand) string { return fmt.Sprintf("(%d) 555-%04d", 200+r.IntN(700), i) })}},
		{"", [][]string{made(n, func(i int, r *rand.Rand) string { return fmt.Sprint(i) })}},
		{"", nil},
	} {
		if got := GuessLocale(c.columns); got != c.want {
			t.Errorf("GuessLocale(%.3q) = %q, want %q", c.columns, got, c.want)
		}
	}
}

func TestColumnLocale(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		cells  []string
		locale string
		want   string
	}{
		{Date, []string{"01/02/2021", "12/25/2021"}, "en-GB", "en-GB-x-mdy"},
		{Date, []string{"01/02/2021", "25/12/2021"}, "en-US", "en-US-x-dmy"},
		{Date, []string{"01/02/2021"}, "en-US", "en-US"},
		{Date, []string{"2021-01-02"}, "", ""},
		{Number, []string{"1,5", "2.345,00"}, "", "und-x-comma"},
		{Number, []string{"1.5"}, "de-DE", "de-DE-x-point"},
		{Number, []string{"1.234"}, "de-DE", "de-DE"},
		{Phone, []string{"1,5"}, "de-DE", "de-DE"},
	} {
		if got := ColumnLocale(c.kind, c.cells, c.locale); got != c.want {
			t.Errorf("ColumnLocale(%s, %q, %q) = %q, want %q", c.kind, c.cells, c.locale, got, c.want)
		}
	}
	if got, _ := Canonical(Number, "1.234", "und-x-comma"); got != "1234" {
		t.Errorf("und-x-comma reads 1.234 as %s", got)
	}
	if got, _ := Canonical(Phone, "01835 703597", "en-GB-x-mdy"); got != "+441835703597" {
		t.Errorf("en-GB-x-mdy dials %s", got)
	}
}

// Chinook: worldwide customers, and invoices that refer to them.
func TestClassifyChinook(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(material.Dir(t, "sql"), "Chinook_MySql.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]string{
		"Customer": "serial given-name family-name organisation address city region country postcode phone phone email serial",
		"Invoice":  "serial serial date address city region country postcode number",
	} {
		header, columns := insertRows(string(raw), table)
		if len(columns) == 0 {
			t.Fatalf("no rows of %s", table)
		}
		checkTable(t, header, columns, "*", want, table+"Id")
	}
}

var (
	sqlRow   = regexp.MustCompile(`(?m)^\s+\((.*)\)[,;]\s*$`)
	sqlValue = regexp.MustCompile(`N?'((?:[^']|'')*)'|NULL|[-0-9.]+`)
)

// insertRows reads the rows of INSERT INTO `table` (...) VALUES.
func insertRows(sql, table string) (header []string, columns [][]string) {
	for _, stmt := range strings.Split(sql, "INSERT INTO `"+table+"` (")[1:] {
		names, body, _ := strings.Cut(stmt, ") VALUES")
		body, _, _ = strings.Cut(body, ";\n")
		header = strings.Split(strings.NewReplacer("`", "", " ", "").Replace(names), ",")
		for _, row := range sqlRow.FindAllStringSubmatch(body+";\n", -1) {
			for i, v := range sqlValue.FindAllStringSubmatch(row[1], -1) {
				cell := v[0]
				switch {
				case cell == "NULL":
					cell = ""
				case strings.HasSuffix(cell, "'"):
					cell = strings.ReplaceAll(v[1], "''", "'")
				}
				if i == len(columns) {
					columns = append(columns, nil)
				}
				columns[i] = append(columns[i], cell)
			}
		}
	}
	return header, columns
}
