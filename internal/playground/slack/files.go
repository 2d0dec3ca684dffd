package slack

import (
	"io"
	"mime"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
)

const maxUpload = 32 << 20

// FileInfo is a file as messages carry it.
type FileInfo struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	Size     int    `json:"size"`
	Mimetype string `json:"mimetype"`
	URL      string `json:"url_private"`
}

// upload is a file between files.getUploadURLExternal and the message that
// shares it.
type upload struct {
	FileInfo
	key      string
	body     []byte
	received bool
	complete bool
}

func (s *Server) filesGetUploadURL(c *call) (object, error) {
	filename, length := c.args.str("filename"), c.args.count("length", 0, maxUpload)
	if filename == "" || length == 0 {
		return nil, apiErr("invalid_arguments")
	}
	kind := mime.TypeByExtension(filepath.Ext(filename))
	if kind == "" {
		kind = "application/octet-stream"
	}
	f := &upload{key: secret(), FileInfo: FileInfo{ID: s.newID("F"), Name: filename, Title: filename, Size: length, Mimetype: kind}}
	base := strings.TrimSuffix(s.base, "/")
	f.URL = base + "/files/" + f.ID
	s.ws.files[f.ID] = f
	return object{"file_id": f.ID, "upload_url": base + "/upload/" + f.ID + "?key=" + f.key}, nil
}

// serveUpload takes the bytes: the bare body, or the first file of a form.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	body, err := uploaded(r)
	if err != nil {
		http.Error(w, "bad upload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.ws.files[r.PathValue("id")]
	if f == nil || f.key != r.URL.Query().Get("key") || f.complete {
		http.Error(w, "no such upload", http.StatusNotFound)
		return
	}
	f.body, f.received, f.Size = body, true, len(body)
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(body)))
}

func uploaded(r *http.Request) ([]byte, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return io.ReadAll(r.Body)
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

// filesCompleteUpload shares uploaded files. The share's ts is not in the
// answer: Slack shares later.
func (s *Server) filesCompleteUpload(c *call) (object, error) {
	files, err := s.finishedFiles(c.args.values["files"])
	if err != nil {
		return nil, err
	}
	infos := make([]FileInfo, 0, len(files))
	for _, f := range files {
		infos = append(infos, f.FileInfo)
	}
	if c.args.str("channel_id") != "" {
		c.args.values["channel"] = c.args.str("channel_id")
		if err := s.shareFiles(c, infos); err != nil {
			return nil, err
		}
	}
	for _, f := range files {
		f.complete = true
	}
	return object{"files": infos}, nil
}

func (s *Server) finishedFiles(x any) ([]*upload, error) {
	items, _ := x.([]any)
	if len(items) == 0 {
		return nil, apiErr("invalid_arguments")
	}
	var out []*upload
	for _, item := range items {
		o, _ := item.(object)
		id, _ := o["id"].(string)
		f := s.ws.files[id]
		if f == nil || !f.received || f.complete {
			return nil, apiErr("file_not_found")
		}
		if title, _ := o["title"].(string); title != "" {
			f.Title = title
		}
		out = append(out, f)
	}
	return out, nil
}

func (s *Server) shareFiles(c *call, files []FileInfo) error {
	ch, err := s.destination(c)
	if err != nil {
		return err
	}
	thread, err := s.threadOf(ch, c.args.str("thread_ts"))
	if err != nil {
		return err
	}
	blocks, _, err := s.rules.message(c.args.values["blocks"], nil)
	if err != nil {
		return err
	}
	s.post(Message{
		Channel: ch.ID, Subtype: "file_share", ThreadTS: thread, Text: c.args.str("initial_comment"), Blocks: blocks, Files: files,
	})
	return nil
}

// File returns a file's bytes.
func (s *Server) File(id string) (body []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.ws.files[id]
	if f == nil {
		return nil, false
	}
	return f.body, true
}

func (s *Server) serveDownload(w http.ResponseWriter, r *http.Request) {
	body, ok := s.File(r.PathValue("id"))
	if token, _ := bearer(r); !ok || token != s.opts.BotToken {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(body)
}
