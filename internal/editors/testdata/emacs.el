;;; emacs.el --- Drives Emacs with covls  -*- lexical-binding: t; -*-

;; Emacs runs this in a terminal, behind the init.el of docs/editors.md, and goes through the steps of Tour, in tour.go,
;; and more.  COVLS_E2E_WAY says who runs covls: "own" is covls.el, "lsp" is lsp-mode.  With COVLS_E2E_STEP at "again" it
;; is the second start.

;;; Code:

(require 'cl-lib)
(require 'json)

(defvar lsp-diagnostics--flymake-report-fn)
(defvar drive-seen nil "What was seen, by the names of steps.")
(defvar drive-step nil "The step that goes on.")
(defvar drive-file nil "The buffer of the file.")
(defconst drive-own (equal (getenv "COVLS_E2E_WAY") "own"))

(defun drive-see (step lines)
  "Keep LINES as what was seen in STEP."
  (setf (alist-get step drive-seen) (vconcat (if (stringp lines) (split-string lines "\n") lines))))

(defun drive-wait (what ready)
  "Wait until the function READY returns something, and return that; WHAT says for what."
  (let ((deadline (+ (float-time) 100)) value)
    (while (and (not (setq value (funcall ready))) (< (float-time) deadline))
      ;; Where a key is pending, `sit-for' returns at once and reads nothing, and Emacs does not notice that a program
      ;; has ended.
      (when (input-pending-p)
        (discard-input))
      (accept-process-output nil 0.02)
      (sit-for 0.02))
    (or value (error "Waited in vain for %s" what))))

(defun drive-place ()
  "Where point is."
  (format "%s:%d" (if buffer-file-name (file-name-nondirectory buffer-file-name) (buffer-name)) (line-number-at-pos)))

(defun drive-to (line column)
  "Go to LINE, from 1, and COLUMN, from 0, of the file."
  (delete-other-windows)
  (switch-to-buffer drive-file)
  (goto-char (point-min))
  (forward-line (1- line))
  (forward-char column))

(defun drive-keys (keys)
  "Type KEYS, by their names, and say where that leads."
  (execute-kbd-macro (kbd keys))
  (drive-place))

(defun drive-text (buffer)
  "Wait for BUFFER, and return its text."
  (with-current-buffer (drive-wait buffer (lambda () (get-buffer buffer)))
    (buffer-substring-no-properties (point-min) (point-max))))

(defun drive-marks ()
  "The diagnostics of covls that Flymake shows."
  (with-current-buffer drive-file
    (cl-loop for d in (sort (flymake-diagnostics) (lambda (a b) (< (flymake-diagnostic-beg a) (flymake-diagnostic-beg b))))
             for text = (replace-regexp-in-string " \\[\\(covls: ?\\)?[a-z-]+\\]\\'" "" (flymake-diagnostic-text d))
             when (string-match-p "tested by its own\\|by the tests in the profile" text)
             collect (format "%d %s" (line-number-at-pos (flymake-diagnostic-beg d) t) text))))

(defun drive-marked (regexp)
  "Wait until the marks of covls, all in one line, match REGEXP, and return them."
  (drive-wait (format "marks like %s" regexp)
              (lambda ()
                (unless drive-own
                  ;; Each server that is there has lsp-mode forget what Flymake gave it.  Flymake gives it anew when a
                  ;; command ends, and the drive is one.
                  (with-current-buffer drive-file
                    (unless lsp-diagnostics--flymake-report-fn
                      (flymake-start))))
                (let ((marks (drive-marks)))
                  (and (string-match-p regexp (string-join marks "; ")) marks)))))

(defun drive-bars ()
  "The lines, from 1, that have a bar, with its state."
  (with-current-buffer drive-file
    (mapcar (lambda (o) (format "%d %s" (line-number-at-pos (overlay-start o) t) (overlay-get o 'covls)))
            (sort (copy-sequence covls--overlays) (lambda (a b) (< (overlay-start a) (overlay-start b)))))))

(defun drive-barred (bar)
  "Wait until there is a BAR, and return all."
  (drive-wait (format "the bar %s" bar) (lambda () (let ((bars (drive-bars))) (and (member bar bars) bars)))))

(defun drive-hover ()
  "What both servers say of point, by the buffer of ElDoc or that of lsp-mode."
  (drive-wait "what both servers say"
              (lambda ()
                (let ((text (if drive-own
                                (progn
                                  (with-current-buffer drive-file
                                    (eldoc t))
                                  (sit-for 0.2)
                                  (mapconcat (lambda (b) (with-current-buffer b (buffer-string)))
                                             (seq-filter (lambda (b) (string-match-p "\\` ?\\*eldoc" (buffer-name b)))
                                                         (buffer-list))
                                             ""))
                              (lsp-describe-thing-at-point)
                              (with-current-buffer "*lsp-help*" (buffer-string)))))
                  (and (string-match-p "func (c \\*Command)" text) (string-match-p "5 statements" text) text)))))

(defun drive-marker ()
  "The line that leaves a function out of coverage, and those around it."
  (with-current-buffer drive-file
    (save-excursion
      (goto-char (point-min))
      (and (re-search-forward "^//\\(covls\\|coverage\\):ignore" nil t)
           (let ((beg (line-beginning-position 0)) (end (line-end-position 2)))
             (buffer-substring-no-properties beg end))))))

(defun drive-undo ()
  "Undo all edits of the file."
  (with-current-buffer drive-file
    (while (buffer-modified-p)
      (undo-boundary)
      (undo-only))))

(defun drive-tour ()
  "Go through the steps of Tour, and through all commands."
  (drive-see 'marks (drive-marked "GenBashCompletionFile"))
  (when drive-own
    (drive-see 'bars (drive-barred "701 uncovered"))
    (drive-see 'status (drive-wait "the coverage" (lambda ()
                                                    (and (string-match-p "\\`[0-9.]+ %\\'" (covls-status-text))
                                                         (covls-status-text))))))
  (drive-to 701 20)
  (drive-see 'hover (drive-hover))

  (drive-to 480 0)
  (drive-see 'jump (list (progn (drive-keys "C-c v n") (when (equal (drive-place) "bash_completions.go:488")
                                                         (drive-keys "C-c v n C-c v n C-c v n C-c v n"))
                                (drive-place))))
  (drive-to 1 0)
  (drive-see 'jumps (list (drive-keys "C-c v n") (drive-keys "M-,") (drive-keys "C-c v p") (drive-keys "C-c v n")
                          (drive-keys "C-c v u") (drive-keys "C-c v N") (drive-keys "M-, M-,")))
  (dolist (keys '("C-c v c" "C-c v C" "C-c v s"))
    (drive-to 1 0)
    (drive-keys keys))

  (drive-to 701 20)
  (drive-see 'action (save-window-excursion
                       (minibuffer-with-setup-hook
                           (lambda () (push (cons 'titles (all-completions "" minibuffer-completion-table)) drive-seen))
                         (drive-keys "C-c v a Leave <tab> RET"))
                       (alist-get 'titles drive-seen)))
  (drive-see 'acted (drive-wait "the marker" #'drive-marker))
  (drive-undo)
  (drive-marked "GenBashCompletionFile")

  (drive-to 1 0)
  (drive-keys "C-c v l")
  (drive-see 'list (buffer-substring-no-properties (point-min) (point-max)))
  (drive-see 'visits (list (drive-keys "RET") (drive-keys "M-g n")))
  (with-current-buffer "*covls gaps*"
    (call-interactively #'covls-gaps-toggle-parts)
    (drive-see 'parts (list (number-to-string (count-lines (point-min) (point-max)))))
    (call-interactively #'covls-gaps-toggle-parts))
  (drive-to 1 0)
  (drive-keys "C-u C-c v l")
  (drive-see 'here (buffer-substring-no-properties (point-min) (point-max)))
  (pcase-dolist (`(,step ,keys ,buffer)
                 '((report "C-c v R" "*covls report*") (explained "C-c v e" "*covls explain*") (doctor "C-c v d" "*covls doctor*")))
    (drive-to 1 0)
    (drive-keys keys)
    (drive-see step (drive-text buffer)))
  (drive-to 1 0)
  (drive-keys "C-c v h")
  (drive-see 'hidden (progn (drive-wait "all marks to go" (lambda () (null (append (drive-bars) (drive-marks))))) '("hidden")))
  (drive-keys "C-c v h")
  (drive-marked "GenBashCompletionFile")
  (drive-keys "C-c v g")
  (drive-to 590 5)
  (drive-see 'tests (list (replace-regexp-in-string ":.*" "" (drive-keys "C-c v T"))))

  (drive-to 1 0)
  (rename-file (getenv "COVLS_E2E_NEXT") (expand-file-name "cover.out") t)
  (drive-see 'replaced (drive-marked "\\`[0-9]+ writeFlag[^;]*\\'"))
  (when drive-own
    (drive-wait "the bars of the new profile" (lambda () (not (member "701 uncovered" (drive-bars)))))
    (drive-see 'replaced_bars (drive-bars))
    (drive-keys "C-c v w")
    (drive-see 'runs (drive-text "*covls runs*")))

  (let* ((inside (string-to-number (getenv "COVLS_E2E_INSIDE")))
         (moved (+ 3 inside)))
    (drive-to 1 0)
    (insert "// one 𝔘𝔫𝔦\n// two\n// three\n")
    (drive-see 'moved (drive-marked (format "\\`%d writeFlag is" moved)))
    (drive-to (1+ moved) 0)
    (insert "\t_ = 1\n")
    (drive-see 'stale (drive-marked "stale"))
    (when drive-own
      (drive-see 'stale_bars (drive-barred (format "%d unknown" moved)))
      (call-interactively #'covls-restart)
      (drive-wait "the marks to go" (lambda () (null (append (drive-bars) (drive-marks)))))
      (drive-see 'restarted_server (drive-marked "stale"))
      (drive-barred (format "%d unknown" moved)))
    (drive-undo)
    (drive-marked (format "\\`%d writeFlag is" inside))

    (drive-to inside 6)
    (drive-see 'test (list (drive-keys "C-c v t")
                           (buffer-substring-no-properties (line-beginning-position) (line-end-position))))
    (set-buffer-modified-p nil)
    (kill-buffer))
  (when drive-own
    (drive-to 1 0)
    (drive-keys "C-c v r n")
    (customize-set-variable 'covls-settings '(:run (:command "echo ran with coverage")))
    (drive-wait "the settings" (lambda ()
                                 (equal (plist-get (covls--run "covls.runCommand") :command) "echo ran with coverage")))
    (drive-keys "C-c v r y")
    (drive-see 'run (drive-wait "the tests" (lambda ()
                                              (let ((text (drive-text "*covls tests*")))
                                                (and (string-match-p "finished" text) text))))))
  (drive-to 1 0)
  (drive-keys "C-c v + RET at <tab> least SPC high RET the SPC till RET")
  (drive-see 'rule (progn (drive-wait "the rule" (lambda () (equal (buffer-name) ".covls.toml")))
                          (buffer-substring-no-properties (point-min) (point-max))))
  (kill-buffer)
  (delete-file ".covls.toml")
  (drive-to 1 0)
  (drive-see 'init (list (replace-regexp-in-string ":.*" "" (drive-keys "C-c v i"))))
  (kill-buffer)
  (write-region "diagnostics.scope = \"open\"\n" nil ".covls.toml" nil 'silent)
  (when drive-own
    (let ((go-mode-hook nil)) ; without gopls
      (find-file "command_win.go"))
    (drive-wait "a file that no profile names" (lambda () covls--uri))
    (drive-keys "C-c v n")
    (kill-buffer))
  (drive-to 1 0))

(defun drive-messages ()
  "What was said in the echo area."
  (with-current-buffer (messages-buffer)
    (buffer-substring-no-properties (point-min) (point-max))))

(defun drive ()
  "Go through it, leave what was seen, and end Emacs."
  (interactive)
  (condition-case problem
      (let ((debug-on-error nil))
        (drive-wait "the file" (lambda () (get-buffer "bash_completions.go")))
        (setq drive-file (get-buffer "bash_completions.go"))
        (if (equal (getenv "COVLS_E2E_STEP") "again")
            (drive-see 'restarted (drive-marked "stale"))
          (drive-tour)))
    ((error quit)
     (drive-see 'failure (concat (error-message-string problem) "\n" (ignore-errors (string-join (drive-marks) "\n")) "\n"
                                 (drive-messages)))))
  (setq drive-seen (assq-delete-all 'titles drive-seen))
  (drive-see 'said (drive-messages))
  (let ((coding-system-for-write 'utf-8))
    (write-region (json-encode drive-seen) nil (getenv "COVLS_E2E_RESULT") nil 'silent))
  (with-current-buffer drive-file
    (set-buffer-modified-p nil))
  ;; As C-x C-c does.
  (run-hook-with-args-until-failure 'kill-emacs-query-functions)
  (kill-emacs 0))

(setq ring-bell-function #'ignore)
;; A key, since a timer may run while Eglot waits for gopls.
(global-set-key [f5] #'drive)

;;; emacs.el ends here
