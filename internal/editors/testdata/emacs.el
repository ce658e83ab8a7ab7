;;; emacs.el --- Drives Emacs with covls  -*- lexical-binding: t; -*-

;; Emacs runs this behind the init.el of docs/editors.md.  COVLS_E2E_FILE is the file to open, COVLS_E2E_NEXT the profile
;; to rename over the first, COVLS_E2E_WAY says who runs covls: "own" or "lsp".  What was seen goes to COVLS_E2E_RESULT.

;;; Code:

(require 'cl-lib)
(require 'json)

(defvar drive-seen nil "What was seen, the last first.")
(defvar drive-said nil "What was said in the echo area, the last first.")
(defconst drive-own (equal (getenv "COVLS_E2E_WAY") "own"))

(defun drive-see (key value)
  "Keep VALUE as what was seen of KEY."
  (push (cons key value) drive-seen))

(defun drive-wait (what ready)
  "Wait until the function READY returns something, and return that; WHAT says for what."
  (let ((deadline (+ (float-time) 20)) value)
    (while (and (not (setq value (funcall ready))) (< (float-time) deadline))
      (accept-process-output nil 0.01))
    (or value (error "Waited in vain for %s" what))))

(defun drive-place ()
  "Where point is: the file, the line from 1, the column from 0."
  (list :file (if buffer-file-name (file-name-nondirectory buffer-file-name) (buffer-name))
        :line (line-number-at-pos) :column (- (point) (line-beginning-position))))

(defun drive-at (position)
  "The line, from 1, and the column, from 0, of POSITION."
  (save-excursion
    (goto-char position)
    (list (line-number-at-pos) (- (point) (line-beginning-position)))))

(defun drive-marks ()
  "The marks of covls that Flymake shows."
  (vconcat
   (cl-loop for d in (sort (flymake-diagnostics) (lambda (a b) (< (flymake-diagnostic-beg a) (flymake-diagnostic-beg b))))
            for beg = (drive-at (flymake-diagnostic-beg d))
            for end = (drive-at (flymake-diagnostic-end d))
            when (string-match-p "tested" (flymake-diagnostic-text d))
            collect (list :line (nth 0 beg) :column (nth 1 beg) :end_line (nth 0 end) :end_column (nth 1 end)
                          :type (string-remove-prefix ":" (format "%s" (flymake-diagnostic-type d)))
                          :message (car (split-string (flymake-diagnostic-text d) "\n"))))))

(defun drive-marked (regexp)
  "Wait until a mark says REGEXP, and return all."
  (drive-wait (format "a mark that says %s; there are %S" regexp (drive-marks))
              (lambda ()
                (unless drive-own
                  ;; Emacs would be idle.
                  (flymake-start))
                (let ((marks (drive-marks)))
                  (and (cl-some (lambda (m) (string-match-p regexp (plist-get m :message))) marks) marks)))))

(defun drive-bars ()
  "The lines, from 1, that have a bar, with its state."
  (vconcat (mapcar (lambda (o) (format "%d %s" (line-number-at-pos (overlay-start o)) (overlay-get o 'covls)))
                   (sort (copy-sequence covls--overlays) (lambda (a b) (< (overlay-start a) (overlay-start b)))))))

(defun drive-barred (state line)
  "Wait until LINE, from 1, has a bar of STATE, and return all bars."
  (drive-wait (format "a bar %s at line %d; there are %S" state line (drive-bars))
              (lambda () (let ((bars (drive-bars))) (and (seq-contains-p bars (format "%d %s" line state)) bars)))))

(defun drive-keys (keys)
  "Type KEYS, as their words, and say where that leads."
  (execute-kbd-macro (kbd keys))
  (drive-place))

(defun drive-docs ()
  "All that ElDoc knows of point."
  (let ((asked 0) docs)
    (run-hook-wrapped 'eldoc-documentation-functions
                      (lambda (f)
                        (let ((answer (funcall f (lambda (text &rest _) (cl-decf asked) (when text (push text docs))))))
                          (cond ((stringp answer) (push answer docs))
                                (answer (cl-incf asked))))
                        nil))
    (drive-wait "ElDoc" (lambda () (<= asked 0)))
    (mapconcat #'substring-no-properties (mapcar (lambda (d) (format "%s" d)) docs) "\n")))

(defun drive-hover ()
  "What both servers say of point."
  (if drive-own
      (drive-wait "the hover of both" (lambda ()
                                        (let ((docs (drive-docs)))
                                          (and (string-match-p "func (c" docs) (string-match-p "5 statements" docs) docs))))
    (format "%S" (lsp-request "textDocument/hover" (lsp--text-document-position-params)))))

(defun drive-to (line column)
  "Go to LINE, from 1, and COLUMN, from 0."
  (goto-char (point-min))
  (forward-line (1- line))
  (forward-char column))

(defun drive-buffer (name)
  "Wait for the buffer NAME, and return its text."
  (with-current-buffer (drive-wait name (lambda () (get-buffer name)))
    (buffer-substring-no-properties (point-min) (point-max))))

(defun drive ()
  "Go through all that there is to see."
  (find-file (getenv "COVLS_E2E_FILE"))
  (switch-to-buffer (current-buffer))
  (run-hooks 'post-command-hook)
  (let ((file (current-buffer))
        (text (buffer-string)))
    (drive-see :opened (drive-marked "GenBashCompletionFile"))
    (when drive-own
      (drive-see :bars (drive-barred 'uncovered 701))
      (drive-see :status (covls-status-text)))
    (drive-to 701 20)
    (drive-see :hover (drive-hover))

    ;; The keys of the user, and what else moves point.
    (drive-to 1 0)
    (drive-see :next (drive-keys "C-c v n"))
    (drive-see :back (drive-keys "M-,"))
    (drive-see :previous (drive-keys "C-c v p"))
    (drive-see :wrapped (drive-keys "C-c v n"))
    (drive-see :urgent (drive-keys "C-c v u"))
    (drive-see :elsewhere (drive-keys "C-c v N"))
    (drive-see :returned (drive-keys "M-, M-,"))
    (drive-keys "C-c v c")
    (drive-keys "C-c v C")
    (drive-keys "C-c v s")
    (switch-to-buffer file)

    ;; A choice among the actions of a function.
    (drive-to 701 20)
    (drive-keys (if drive-own "C-c v a Leave <tab> RET" "C-c v a Leave <tab> RET"))
    (drive-see :action (drive-wait "the edit of an action"
                                   (lambda ()
                                     (save-excursion
                                       (goto-char (point-min))
                                       (and (re-search-forward "^//coverage:ignore$" nil t) (drive-place))))))
    (while (buffer-modified-p)
      (undo-boundary)
      (undo-only))
    (drive-marked "GenBashCompletionFile")

    (when drive-own
      (drive-keys "C-c v l")
      (drive-see :list (buffer-substring-no-properties (point-min) (point-max)))
      (drive-see :visited (drive-keys "RET"))
      (drive-see :second (drive-keys "M-g n"))
      (with-current-buffer "*covls gaps*"
        (call-interactively #'covls-gaps-toggle-parts)
        (drive-see :parts (count-lines (point-min) (point-max)))
        (call-interactively #'covls-gaps-toggle-parts))
      (switch-to-buffer file)
      (drive-keys "C-u C-c v l")
      (drive-see :here (buffer-substring-no-properties (point-min) (point-max)))
      (switch-to-buffer file))
    (delete-other-windows)
    (drive-keys "C-c v R")
    (drive-see :report (drive-buffer "*covls report*"))
    (drive-keys "C-c v e")
    (drive-see :explained (drive-buffer "*covls explain*"))
    (drive-keys "C-c v d")
    (drive-see :doctor (drive-buffer "*covls doctor*"))
    (delete-other-windows)
    (switch-to-buffer file)
    (drive-keys "C-c v h")
    (when drive-own
      (drive-see :hidden (drive-wait "bars to go" (lambda () (and (null covls--overlays) (null (append (drive-marks) nil)) t)))))
    (drive-keys "C-c v h")
    (drive-marked "GenBashCompletionFile")
    (drive-keys "C-c v g")
    (drive-to 590 5)
    (drive-see :tests (progn (drive-keys "C-c v T") (buffer-name)))
    (delete-other-windows)
    (switch-to-buffer file)
    (drive-see :untouched (equal text (buffer-string)))

    ;; A profile by rename.
    (drive-see :renamed (floor (* 1e6 (float-time))))
    (rename-file (getenv "COVLS_E2E_NEXT") (expand-file-name "cover.out") t)
    (drive-see :replaced (drive-marked "writeFlag"))
    (when drive-own
      (drive-see :replaced_bars (drive-wait "the bars of the second profile"
                                            (lambda ()
                                              (let ((bars (drive-bars)))
                                                (and (not (seq-contains-p bars "701 uncovered")) bars))))))
    (drive-keys "C-c v w")
    (drive-see :runs (drive-buffer "*covls runs*"))
    (delete-other-windows)
    (switch-to-buffer file)

    ;; Edits: above a mark, and in the function.
    (let ((line (plist-get (aref (alist-get :replaced drive-seen) 0) :line)))
      (goto-char (point-min))
      (forward-line 1)
      (insert "// 𝔘𝔫𝔦𝔠𝔬𝔡𝔢\n//\n//\n")
      (drive-see :moved (drive-wait "a mark to move"
                                    (lambda ()
                                      (unless drive-own (flymake-start))
                                      (let ((marks (drive-marks)))
                                        (and (> (length marks) 0) (= (+ 3 line) (plist-get (aref marks 0) :line)) marks)))))
      (drive-to (+ 4 line) 0)
      (insert "\t_ = 1\n")
      (drive-see :stale (drive-marked "stale"))
      (when drive-own
        (drive-see :stale_bars (drive-barred 'unknown (+ 3 line)))
        (call-interactively #'covls-restart)
        ;; The server starts with a text that is not the one on disk.
        (drive-wait "the marks to go" (lambda () (not (seq-contains-p (drive-bars) (format "%d unknown" (+ 3 line))))))
        (drive-see :restarted (drive-marked "stale"))
        (drive-barred 'unknown (+ 3 line)))
      (while (buffer-modified-p)
        (undo-boundary)
        (undo-only))
      (drive-see :undone (drive-wait "the mark to be as it was"
                                     (lambda ()
                                       (unless drive-own (flymake-start))
                                       (let ((marks (drive-marks)))
                                         (and (> (length marks) 0) (= line (plist-get (aref marks 0) :line))
                                              (not (string-match-p "stale" (plist-get (aref marks 0) :message)))
                                              marks)))))
      (drive-see :restored (equal text (buffer-string)))

      ;; What writes.
      (drive-to line 6)
      (drive-see :test (drive-keys "C-c v t"))
      (drive-see :test_text (buffer-substring-no-properties (point-min) (point-max)))
      (set-buffer-modified-p nil)
      (kill-buffer)
      (switch-to-buffer file)
      (when drive-own
        (drive-keys "C-c v r n")
        (customize-set-variable 'covls-settings '(:run (:command "echo ran with coverage")))
        (drive-wait "the settings" (lambda () (equal (plist-get (covls--run "covls.runCommand") :command) "echo ran with coverage")))
        (drive-keys "C-c v r y")
        ;; Without a command loop Emacs looks for the end of a process only where it waits for that one.
        (drive-see :run (drive-wait "the tests" (lambda ()
                                                  (let ((text (drive-buffer "*covls tests*"))
                                                        (process (get-buffer-process "*covls tests*")))
                                                    (when process
                                                      (accept-process-output process 0.05))
                                                    (and (string-match-p "finished" text) text)))))
        (delete-other-windows)
        (switch-to-buffer file)
        (execute-kbd-macro (kbd "C-c v + RET at <tab> least SPC high RET the SPC till RET"))
        (drive-see :rule (progn (drive-wait "the rule" (lambda () (equal (buffer-name) ".covls.toml")))
                                (buffer-substring-no-properties (point-min) (point-max))))
        (kill-buffer)
        (delete-file ".covls.toml")
        (switch-to-buffer file)
        (drive-see :init (drive-keys "C-c v i"))
        (switch-to-buffer file)
        (drive-see :menu (lookup-key covls-mode-map [menu-bar Covls]))))))

(setq ring-bell-function #'ignore)
(advice-add 'message :before (lambda (&optional format &rest arguments)
                               (when format
                                 (push (apply #'format-message format arguments) drive-said))))
(let ((problem (condition-case problem
                   (let ((debug-on-error nil)) (drive) nil)
                 (error (error-message-string problem))))
      (json-encoding-pretty-print t))
  (when (alist-get :menu drive-seen)
    (setf (alist-get :menu drive-seen) t))
  (when problem
    (drive-see :failure problem))
  (drive-see :said (vconcat (reverse drive-said)))
  (with-temp-file (getenv "COVLS_E2E_RESULT")
    (set-buffer-multibyte t)
    (insert (json-encode (reverse drive-seen)))))
(set-buffer-modified-p nil)
(kill-emacs 0)

;;; emacs.el ends here
