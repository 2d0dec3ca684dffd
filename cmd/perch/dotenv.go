package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/hashicorp/go-envparse"
)

// maxDotEnv bounds what is read of a .env file, in bytes.
const maxDotEnv = 64 << 10

// withDotEnv adds the .env file of the working directory to the environment,
// which wins wherever both name a setting. No file is no fault.
func withDotEnv(getenv func(string) string, path string) (func(string) string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return getenv, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	defer file.Close()
	values, err := parseDotEnv(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return values[name]
	}, nil
}

// parseDotEnv reads lines of NAME=value, with quotes and # comments as usual
// and without expanding $: a secret may hold one. Errors name the line and
// never its text.
func parseDotEnv(r io.Reader) (map[string]string, error) {
	limited := &io.LimitedReader{R: r, N: maxDotEnv + 1}
	values, err := envparse.Parse(limited)
	if limited.N <= 0 {
		return nil, fmt.Errorf("the file is larger than %d KB; is it the right one?", maxDotEnv>>10)
	}
	if wrong, ok := errors.AsType[*envparse.ParseError](err); ok {
		return nil, fmt.Errorf("line %d is not NAME=value: %w", wrong.Line, wrong.Err)
	}
	if err != nil {
		return nil, err
	}
	return values, nil
}
