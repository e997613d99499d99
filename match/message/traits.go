package message

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Trait is something by which messages of one campaign are told: what kind of
// thing, and a hash of it.
type Trait struct {
	Kind TraitKind
	Hash uint64
}

// TraitKind orders traits: of several that a campaign shares, the first names it.
type TraitKind uint8

// The kinds of traits.
const (
	SameSender TraitKind = iota + 1
	SameReplyTo
	SameLink
	SameNumber
	SameText
)

func (k TraitKind) String() string {
	return [...]string{"", "sender", "reply-to", "link", "number", "text"}[k]
}

// Traits are what a message may share with others: all that Groups needs of
// it, without any value in clear when the hash is keyed.
type Traits struct {
	Keys   []Trait
	Text   uint64 // of the text without digits, blanks and signs; 0 for none
	Sketch Sketch
	Wide   bool   // the letters of the text are words
	Person uint64 // who received it; 0 when nobody is named
	Self   uint64 // of the message: names a campaign of one that shares nothing
}

// TraitsOf returns the traits of a message. hash is a keyed hash where they are
// stored; traits of different hashes do not compare.
func TraitsOf(m *Message, hash func(string) uint64) Traits {
	t := Traits{Self: hash("self " + m.SHA256)}
	add := func(k TraitKind, value string) {
		x := Trait{k, hash(k.String() + " " + value)}
		if !slices.Contains(t.Keys, x) {
			t.Keys = append(t.Keys, x)
		}
	}
	if s := strings.ToLower(strings.TrimSpace(m.Sender)); s != "" && !nobodys[s] {
		add(SameSender, s)
	}
	if s := m.ReplyTo; s != "" && s != m.Sender {
		add(SameReplyTo, s)
	}
	for _, l := range m.Links {
		if d := linkDomain(l); d != "" && !everybodys[d] && !m.domainOfRecipient(d) {
			add(SameLink, d)
		}
	}
	for _, p := range m.callbacks() {
		add(SameNumber, p)
	}
	if plain := plainText(m.Subject + "\n" + m.Text); plain != "" {
		t.Text = hash(plain)
		t.Sketch, t.Wide = sketchOf(plain, hash("shingles"))
	}
	if len(m.Recipients) > 0 {
		t.Person = hash("person " + m.Recipients[0].Value)
	}
	return t
}

// callbacks are the last digits of the numbers in a text, which are the same
// however a number is written; those of the recipients do not count. What is no
// number to call, but as long as one, does no harm: it does not come again.
func (m *Message) callbacks() (out []string) {
	own := map[string]bool{}
	for _, c := range m.Recipients {
		own[lastDigits(c.Value)] = true
	}
	numbers := slices.Concat(m.Phones, longNumber.FindAllString(m.Subject+"\n"+m.Text, -1))
	for _, n := range numbers {
		if d := lastDigits(n); d != "" && !own[d] {
			out = append(out, d)
		}
	}
	return out
}

var longNumber = regexp.MustCompile(`\+?\d(?:[ ().-]{0,2}\d){8,14}`)

// lastDigits are the last nine digits of a number, "" when it has fewer.
func lastDigits(s string) string {
	digits := make([]byte, 0, 16)
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			digits = append(digits, s[i])
		}
	}
	if len(digits) < 9 {
		return ""
	}
	return string(digits[len(digits)-9:])
}

// domainOfRecipient reports whether a link leads to where the recipient is: the
// footer of a mailbox provider says nothing of the sender.
func (m *Message) domainOfRecipient(domain string) bool {
	return slices.ContainsFunc(m.Recipients, func(c Contact) bool {
		return strings.HasSuffix(c.Value, "@"+domain) || strings.HasSuffix(c.Value, "."+domain)
	})
}

// nobodys are senders that are none.
var nobodys = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("unknown private withheld anonymous hidden restricted blocked unavailable none n/a na null nil - ? me self unbekannt anonym inconnu privado desconocido " +
		"未知 未知号码 匿名 隐藏号码 私人号码 私密号码 无 不明 不详 非通知") {
		m[w] = true
	}
	for _, w := range []string{"private number", "unknown number", "unknown sender", "no caller id", "caller unknown", "not known", "don't know"} {
		m[w] = true
	}
	return m
}()

// everybodys are domains that unrelated senders link to.
var everybodys = func() map[string]bool {
	m := map[string]bool{}
	for d := range strings.FieldsSeq("google.com youtube.com facebook.com twitter.com x.com instagram.com linkedin.com apple.com microsoft.com w3.org " +
		"yahoo.com amazon.com github.com wikipedia.org qq.com weixin.com baidu.com taobao.com weibo.com example.com example.org example.net " +
		"bit.ly t.co goo.gl tinyurl.com t.cn dwz.cn url.cn googleusercontent.com gstatic.com cloudfront.net sourceforge.net hotmail.com msn.com " +
		"whatsapp.com wa.me t.me telegram.me youtu.be gmail.com outlook.com 163.com 126.com sina.com") {
		m[d] = true
	}
	return m
}()

// linkDomain is the registered domain of a link, "" when it has none.
func linkDomain(link string) string {
	if i := strings.IndexByte(link, ':'); i < 0 || !strings.HasPrefix(link[i:], "://") {
		if i >= 0 && i < 12 && !strings.Contains(link[:i], ".") {
			return "" // mailto:, tel:, javascript:
		}
		link = "http://" + link
	}
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}
