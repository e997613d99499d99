package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"
)

// config is the optional file $XDG_CONFIG_HOME/telltale/config.toml. Flags and
// environment variables go before it.
type config struct {
	Registry string  `toml:"registry"`
	KeyFile  string  `toml:"key_file"`
	Alpha    float64 `toml:"alpha"`
}

func readConfig(getenv func(string) string) (config, error) {
	var c config
	dir := configHome(getenv)
	if dir == "" {
		return c, nil
	}
	path := filepath.Join(dir, "telltale", "config.toml")
	text, err := readSmall(path, maxTOML)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if err := decodeTOML(text, &c); err != nil {
		return c, inputError("known keys are registry, key_file and alpha", "config file %s: %w", path, err)
	}
	return c, nil
}

// maxTOML is how long a file of settings may be, in bytes: the decoder collects
// every unknown key with what stands around it, which costs the square of their number.
const maxTOML = 64 << 10

// decodeTOML reads text into v; unknown keys are errors.
func decodeTOML(text []byte, v any) error {
	if len(text) > maxTOML {
		return fmt.Errorf("%d bytes, want %d at most: is it a file of settings?", len(text), maxTOML)
	}
	dec := toml.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	var strict *toml.StrictMissingError
	var syntax *toml.DecodeError
	switch {
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		row, column := strict.Errors[0].Position()
		return fmt.Errorf("line %d, column %d: unknown key %q", row, column, strict.Errors[0].Key()[len(strict.Errors[0].Key())-1])
	case errors.As(err, &syntax):
		row, column := syntax.Position()
		return fmt.Errorf("line %d, column %d: %s", row, column, syntax.Error())
	}
	return err
}

func configHome(getenv func(string) string) string {
	return homeFor(getenv, "XDG_CONFIG_HOME", ".config")
}

func homeFor(getenv func(string) string, variable, fallback string) string {
	if dir := getenv(variable); dir != "" {
		return dir
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, fallback)
	}
	return ""
}

func defaultRegistry(getenv func(string) string) (string, error) {
	data := homeFor(getenv, "XDG_DATA_HOME", filepath.Join(".local", "share"))
	if data == "" {
		return "", usageError("name it with --registry or TELLTALE_REGISTRY", "no place for the registry: HOME and XDG_DATA_HOME are not set")
	}
	return filepath.Join(data, "telltale", "registry.db"), nil
}
