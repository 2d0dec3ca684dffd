//go:build !unix

package store_test

import (
	"errors"
	"os"
	"testing"
)

func pin(*testing.B, *os.File) error { return errors.ErrUnsupported }
