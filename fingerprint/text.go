package fingerprint

type textCarrier struct{ nothing }
