package identity

// place is a locale, taken apart.
type place struct {
	lang, region [2]byte // "en", "GB"; zero when unknown
	order        byte    // 'd' or 'm': which comes first in 03/04/2021
	comma        bool    // the decimal sign is a comma
}

func parseLocale(tag string) place {
	var p place
	private := false
	for n := 0; tag != ""; n++ {
		sub := tag
		tag = ""
		for i := 0; i < len(sub); i++ {
			if sub[i] == '-' || sub[i] == '_' {
				sub, tag = sub[:i], sub[i+1:]
				break
			}
		}
		switch {
		case private:
			p.hint(sub)
		case sub == "x":
			p.defaults()
			private = true
		case len(sub) == 2 && n == 0:
			p.lang = [2]byte{sub[0] | 0x20, sub[1] | 0x20}
		case len(sub) == 2 && p.region[0] == 0:
			p.region = [2]byte{sub[0] &^ 0x20, sub[1] &^ 0x20}
		}
	}
	if !private {
		p.defaults()
	}
	return p
}

func (p *place) hint(sub string) {
	switch sub {
	case "mdy":
		p.order = 'm'
	case "dmy":
		p.order = 'd'
	case "comma":
		p.comma = true
	case "point":
		p.comma = false
	}
}

// defaults fills in what a tag implies: the one big country of a language, the
// customs of the country.
func (p *place) defaults() {
	if p.region[0] == 0 {
		p.region = homeland(string(p.lang[:]))
	}
	p.order = 'd'
	if p.region == [2]byte{'U', 'S'} || p.region == [2]byte{'P', 'H'} {
		p.order = 'm'
	}
	switch string(p.lang[:]) {
	case "de":
		p.comma = p.region != [2]byte{'C', 'H'}
	case "fr", "es", "it", "nl", "pt", "pl", "cs", "sk", "ru", "uk", "tr", "sv", "da", "nb", "no", "fi", "hu", "ro", "el", "id", "vi":
		p.comma = p.region != [2]byte{'M', 'X'} && p.region != [2]byte{'C', 'H'}
	}
}

func homeland(lang string) [2]byte {
	switch lang {
	case "zh":
		return [2]byte{'C', 'N'}
	case "ja":
		return [2]byte{'J', 'P'}
	case "ko":
		return [2]byte{'K', 'R'}
	case "sv":
		return [2]byte{'S', 'E'}
	case "da":
		return [2]byte{'D', 'K'}
	case "cs":
		return [2]byte{'C', 'Z'}
	case "de", "fr", "it", "nl", "pl", "fi", "hu", "ru", "tr":
		return [2]byte{lang[0] &^ 0x20, lang[1] &^ 0x20}
	}
	return [2]byte{}
}
