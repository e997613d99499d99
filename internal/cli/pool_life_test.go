package cli

import (
	"errors"
	"testing"
	"time"

	"telltale/store"
)

// TestStages goes through what a contact can be, and when it becomes free.
func TestStages(t *testing.T) {
	on := func(days int) time.Time { return poolDay.AddDate(0, 0, days) }
	held := func(owner string, later ...store.Term) store.Contact {
		return store.Contact{Kind: poolPhone, Owner: owner, Terms: later}
	}
	term := func(owner string, days int) store.Term {
		return store.Term{Kind: poolPhone, Owner: owner, Since: on(days)}
	}
	l := &poolLife{now: on(1000), policy: map[string]reuse{}, copies: map[string]copiesCarried{}}
	l.carry("d/acme", store.Export{IssuedAt: on(300)})
	l.carry("d/acme", store.Export{IssuedAt: on(100), Retired: on(400)})
	l.carry("d/gone", store.Export{IssuedAt: on(200), Retired: on(400)})
	l.carry("d/*", store.Export{IssuedAt: on(950)})
	never := time.Time{}
	for name, c := range map[string]struct {
		contact store.Contact
		policy  string
		want    stage
		free    time.Time
	}{
		"nobody's":                              {held(""), "1d", unused, never},
		"retired while free":                    {held(store.Retired), "1d", retired, never},
		"retired in use":                        {held("d/acme/0", term(store.Retired, 500)), "1d", retired, never},
		"no policy":                             {held("d/acme/0"), "never", inUse, never},
		"one copy is not retired":               {held("d/acme/0"), "retired", inUse, never},
		"all copies are retired":                {held("d/gone/0"), "retired", rested, on(200)},
		"all copies are retired, with days too": {held("d/gone/0"), "36500d", rested, on(200)},
		"the last copy is old enough":           {held("d/acme/0"), "700d", rested, on(1000)},
		"and a day short of it":                 {held("d/acme/0"), "701d", inUse, on(1001)},
		"a shared canary's":                     {held("d/*/3"), "365d", inUse, on(1315)},
		"no copy was ever recorded":             {held("d/bolt/0"), "1d", inUse, never},
		"given on, no copy yet":                 {held("d/acme/0", term("d/bolt/0", 900)), "365d", inUse, on(1265)},
		"given on, copy never made":             {held("d/acme/0", term("d/bolt/0", 100)), "365d", rested, on(465)},
		"given to one whose copies are retired": {held("d/acme/0", term("d/gone/0", 950)), "365d", inUse, on(1315)},
		"the same, by retirement alone":         {held("d/acme/0", term("d/gone/0", 950)), "retired", inUse, never},
		"kept by its owner for the next copy":   {held("d/acme/0", term("d/acme/0", 990)), "365d", inUse, on(1355)},
		"a person's":                            {held("d/gone/alias-00"), "1d", inUse, never},
	} {
		var err error
		if l.policy[poolPhone], err = parseReuse(c.policy); err != nil {
			t.Fatal(err)
		}
		if s, free := l.stage(c.contact); s != c.want || !free.Equal(c.free) {
			t.Errorf("%s: %s, free on %v; want %s, %v", name, s, free, c.want, c.free)
		}
		if l.policy[poolPhone].String() != c.policy {
			t.Errorf("policy %q is written %q", c.policy, l.policy[poolPhone])
		}
	}
	for _, bad := range []string{"", "365", "d", "-1d", "0d", "1.5d", "36501d", "99999999999999999999d", "forever", " 1d"} {
		if _, err := parseReuse(bad); !errors.As(err, new(*failure)) {
			t.Errorf("period %q: %v", bad, err)
		}
	}
}
