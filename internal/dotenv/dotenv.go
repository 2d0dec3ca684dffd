// Package dotenv reads the .env file of the working directory. It guarantees
// that the environment wins over the file, that nothing in the file is expanded
// (a secret may hold a $), and that no error repeats what the file holds.
package dotenv

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/hashicorp/go-envparse"
)

// maxSize bounds what is read of a file, in bytes.
const maxSize = 64 << 10

// Over returns getenv with the file at path below it: what the environment
// names, it decides. No file is no fault. An error names the line.
func Over(getenv func(string) string, path string) (func(string) string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return getenv, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	defer file.Close()
	values, err := parse(file)
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

// parse reads lines of NAME=value, with quotes and # comments as usual.
func parse(r io.Reader) (map[string]string, error) {
	limited := &io.LimitedReader{R: r, N: maxSize + 1}
	values, err := envparse.Parse(limited)
	if limited.N <= 0 {
		return nil, fmt.Errorf("the file is larger than %d KB; is it the right one?", maxSize>>10)
	}
	if wrong, ok := errors.AsType[*envparse.ParseError](err); ok {
		return nil, fmt.Errorf("line %d is not NAME=value: %w", wrong.Line, wrong.Err)
	}
	return values, err
}
