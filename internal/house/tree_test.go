package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// tree is every Go file below one folder, parsed.
type tree struct {
	fset  *token.FileSet
	files []source
}

// source is one Go file. Paths are slash-separated and relative to the root
// of the module.
type source struct {
	path  string
	dir   string
	test  bool
	lines int
	ast   *ast.File
}

// violation is one broken rule, worded so that its reader need not look the
// rule up.
type violation struct {
	file string
	what string
	rule string
}

func (v violation) String() string {
	return fmt.Sprintf("%s: %s (%s)", v.file, v.what, v.rule)
}

// root is the module's own tree.
func root() fs.FS { return os.DirFS("../..") }

// repository reads the module's own Go files.
func repository(t *testing.T) tree {
	t.Helper()
	tr, err := readTree(root())
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.files) == 0 {
		t.Fatal("no Go file found two folders up")
	}
	return tr
}

// readTree parses every Go file of fsys that the go command would build under
// some build constraint.
func readTree(fsys fs.FS) (tree, error) {
	tr := tree{fset: token.NewFileSet()}
	err := walk(fsys, ".go", func(name string, text []byte) error {
		file, err := parser.ParseFile(tr.fset, name, text, parser.ParseComments)
		if err != nil {
			return fmt.Errorf("parse: %w", err)
		}
		tr.files = append(tr.files, source{
			path:  name,
			dir:   path.Dir(name),
			test:  strings.HasSuffix(name, "_test.go"),
			lines: bytes.Count(text, []byte("\n")),
			ast:   file,
		})
		return nil
	})
	return tr, err
}

// walk hands over every file with one of the endings, but for the folders
// that the go command does not look into.
func walk(fsys fs.FS, ending string, visit func(name string, text []byte) error) error {
	return fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && ignored(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ending) {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return visit(name, text)
	})
}

func ignored(folder string) bool {
	return folder == "testdata" || folder == "node_modules" ||
		strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_")
}

// position names a place in a file as an editor understands it.
func (tr tree) position(n ast.Node) string {
	p := tr.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// report fails the test once for each broken rule.
func report(t *testing.T, found []violation) {
	t.Helper()
	for _, v := range found {
		t.Error(v)
	}
}

// literals is every string written in a file, tags of fields included.
func literals(file *ast.File) []string {
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			found = append(found, lit.Value)
		}
		return true
	})
	return found
}
