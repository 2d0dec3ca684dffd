package thread_test

import (
	"io/fs"
	"os"
)

func testdata() fs.FS { return os.DirFS("testdata") }
