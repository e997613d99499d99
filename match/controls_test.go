package match

import (
	"testing"

	"telltale/canary"
	"telltale/fingerprint/code"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// TestControlsCountByKind: numbers that strangers dial weigh down hits by
// number alone, and addresses that strangers guess all others.
func TestControlsCountByKind(t *testing.T) {
	l := canary.NewLearner([]canary.Column{{Name: "name", Kind: identity.Name}, {Name: "mail", Kind: identity.Email}, {Name: "phone", Kind: identity.Phone}}, "en-GB")
	l.Add([]string{"Ann Lee", "ann.lee@example.org", "07700 900123"})
	secret := key.Secret{7}
	d := &dataset{controls: canary.Controls(l.Profile(), secret, 20_000, canary.Contacts{Domains: []string{"box.example"}, Phones: []string{"+447700900001"}})}
	phones := d.controls.Count(identity.Phone)
	if phones < 8000 || phones > 9999 {
		t.Fatalf("%d different numbers of a block of 10,000", phones)
	}
	o := &observed{}
	if d.floors(o) != (floors{}) || d.floors(nil) != (floors{}) {
		t.Error("floors without controls")
	}
	h := secret.Hasher()
	for _, v := range []string{"+447700900123", "+447700900124", "+447700900124"} {
		o.control(h, identity.Phone, v)
	}
	other := &observed{}
	other.addControls(o)
	want := floors{phone: code.ControlNull(2, phones)}
	for _, o := range []*observed{o, other} {
		if f := d.floors(o); f != want || o.controls() != 2 || f.of(true) != want.phone || f.of(false) != 0 {
			t.Errorf("floors %+v of %d controls, want %+v", f, o.controls(), want)
		}
	}
	o.control(h, identity.Email, "x@box.example")
	if f := d.floors(o); f.mail != code.ControlNull(1, d.controls.Count(identity.Email)) || f.most() != max(f.mail, f.phone) {
		t.Errorf("floors %+v", f)
	}
}
