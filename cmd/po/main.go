// Command po keeps the catalogues in views/locale/po complete: it adds the texts
// that are new in the code, with an empty translation to fill in, and takes away
// those that are gone. It says what every catalogue lacks.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "po:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	keys, err := keysOf(root)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(root, "views/locale/po/*.po"))
	if err != nil {
		return err
	}
	for _, file := range files {
		c, err := readCatalogue(file)
		if err != nil {
			return err
		}
		gone := c.update(keys)
		if err := os.WriteFile(file, c.bytes(), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d texts, %d not translated, %d gone\n", filepath.Base(file), len(keys), len(c.missing()), gone)
	}
	return nil
}
