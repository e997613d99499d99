package fingerprint

type numberCarrier struct{}

func parseNumber([]string) (Carrier, error) { return nothing{}, nil }
