package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A backup is a tar archive: the database, the attachments, and an empty entry
// by which one that was cut is known.
const (
	archivedDatabase = "database"
	archivedFiles    = "files/"
	archivedEnd      = "end"
)

// gather links the files of from into to, on top of those that are there. It is
// called before and after the database is copied: what a copy knows is never
// changed, but may come before the second call, or go after the first.
func gather(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "fileblob") {
			if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
				err = nil
			}
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		err = os.Link(path, target)
		if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
			err = copyFile(path, target) // a disk that has no links
		}
		if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	return writeFile(to, source)
}

// writeFile makes a file of what source has, down to the disk.
func writeFile(path string, source io.Reader) error {
	target, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}

// writeArchive packs the database and the folder, "" for none.
func writeArchive(ctx context.Context, archive, database, folder string) (err error) {
	f, err := os.OpenFile(archive, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := tar.NewWriter(f)
	if err := pack(w, database, archivedDatabase); err != nil {
		return err
	}
	if folder != "" {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || ctx.Err() != nil || d.IsDir() {
				return errors.Join(err, ctx.Err())
			}
			name, err := filepath.Rel(folder, path)
			if err != nil {
				return err
			}
			return pack(w, path, archivedFiles+filepath.ToSlash(name))
		})
		if err != nil {
			return err
		}
	}
	return errors.Join(w.WriteHeader(&tar.Header{Name: archivedEnd, Mode: 0o600}), w.Close(), f.Sync())
}

func pack(w *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.CopyN(w, f, info.Size())
	return err
}

// isArchive reports whether the file is one of writeArchive; older backups are a
// database alone.
func isArchive(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, err := tar.NewReader(f).Next()
	return err == nil && head.Name == archivedDatabase, nil
}

// eachArchived calls take for every entry of a whole archive, in order.
func eachArchived(archive string, take func(name string, content io.Reader) error) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	for r, last := tar.NewReader(f), ""; ; {
		head, err := r.Next()
		if err == io.EOF && last == archivedEnd {
			return nil
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err == nil {
			last = head.Name
			err = take(last, r)
		}
		if err != nil {
			return fmt.Errorf("%s is not a whole backup: %w", archive, err)
		}
	}
}

// checkArchive reads all of the archive, and writes its database to a file.
func checkArchive(archive, database string) error {
	return eachArchived(archive, func(name string, content io.Reader) error {
		if name == archivedDatabase {
			return writeFile(database, content)
		}
		if name != archivedEnd {
			if _, err := archivedName(name); err != nil {
				return err
			}
		}
		_, err := io.Copy(io.Discard, content)
		return err
	})
}

// archivedName is where a file of the archive belongs in the folder.
func archivedName(name string) (string, error) {
	rest, ok := strings.CutPrefix(name, archivedFiles)
	if !ok || !filepath.IsLocal(filepath.FromSlash(rest)) {
		return "", fmt.Errorf("the backup has %q, which belongs nowhere", name)
	}
	return filepath.FromSlash(rest), nil
}

// unpackFiles puts the archive's files into the folder. Those that are there
// stay: a name is given to one file only.
func unpackFiles(archive, folder string) error {
	return eachArchived(archive, func(name string, content io.Reader) error {
		if name == archivedDatabase || name == archivedEnd {
			return nil
		}
		local, err := archivedName(name)
		if err != nil {
			return err
		}
		target := filepath.Join(folder, local)
		if _, err := os.Lstat(target); err == nil {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		partial := target + ".partial"
		if err := writeFile(partial, content); err != nil {
			return errors.Join(err, os.Remove(partial))
		}
		return os.Rename(partial, target)
	})
}
