;;; covls.el --- Coverage gaps: what no test reaches  -*- lexical-binding: t; -*-

;; Author: the covls authors
;; URL: https://github.com/covls/covls
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, languages
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; covls is a language server that knows how well each function is tested.  It reads the coverage
;; profiles that test runners write, in any language, and keeps up with them.
;;
;;     (require 'covls)
;;     (global-covls-mode 1)
;;
;; The mode has a connection of its own to the server, so it works beside Eglot and lsp-mode and
;; takes nothing away from them.  It shows, in the buffers of a project:
;;
;;   - diagnostics of Flymake at functions that no test reaches,
;;   - bars in the fringe, or in the margin of a terminal, beside code that never ran,
;;   - the coverage of the project in the mode line,
;;   - what is known of a function in the echo area, while point is on a mark.
;;
;; `covls-next-gap' and its siblings jump; \\[xref-pop-marker-stack] comes back.  `covls-list-gaps' lists what
;; there is to test, the most urgent first.  `covls-doctor' says why something is shown or not.
;; All commands are in the menu "Covls"; no key is bound: `covls-command-map' is a keymap of
;; them, to be bound to a prefix of your own.
;;
;; Who wants no second connection can have lsp-mode start covls, see `covls-lsp-mode-setup', or
;; Eglot, see `covls-eglot-setup'.  The commands of this file then use that connection.

;;; Code:

(require 'cl-lib)
(require 'compile)
(require 'easymenu)
(require 'eldoc)
(require 'flymake)
(require 'jsonrpc)
(require 'project)
(require 'subr-x)
(require 'tabulated-list)
(require 'url-util)
(require 'xref)

(defvar covls-mode)
(defvar eglot-server-programs)
(defvar lsp--cur-workspace)
(defvar lsp-language-id-configuration)
(declare-function eglot-current-server "ext:eglot" ())
(declare-function lsp-activate-on "ext:lsp-mode" (&rest languages))
(declare-function lsp-diagnostics--flymake-after-diagnostics "ext:lsp-diagnostics" ())
(declare-function lsp-find-workspace "ext:lsp-mode" (server-id &optional file-name))
(declare-function lsp-register-client "ext:lsp-mode" (client))
(declare-function lsp-request-async "ext:lsp-mode" (method params callback &rest args))
(declare-function lsp-stdio-connection "ext:lsp-mode" (command &optional test-command))
(declare-function make-lsp-client "ext:lsp-mode" (&rest args))


;;; Options

(defgroup covls nil
  "What no test reaches."
  :group 'tools
  :prefix "covls-"
  :link '(url-link "https://github.com/covls/covls"))

(defcustom covls-command '("covls" "serve")
  "The program that is the server, and its arguments."
  :type '(repeat string))

(defcustom covls-fringe 'gaps
  "Which lines have a bar in the fringe, or in the margin of a terminal.
The symbol `gaps' stands for those of which something never ran, `all' for
those that ran as well, and `off' for none."
  :type '(choice (const :tag "What never ran" gaps) (const :tag "All code that is measured" all) (const :tag "None" off)))

(defcustom covls-fringe-side 'left-fringe
  "The fringe that has the bars.
In a terminal it is the left margin."
  :type '(choice (const left-fringe) (const right-fringe)))

(defcustom covls-flymake t
  "Whether `covls-mode' turns on `flymake-mode' to show its diagnostics."
  :type 'boolean)

(defcustom covls-eldoc t
  "Whether the echo area says what is known of a function at a mark.
What other sources of ElDoc have to say goes first."
  :type 'boolean)

(defcustom covls-settings nil
  "Settings of the server, as a property list.
The names are those of .covls.toml, with each part a keyword: \\='(:target 80
:hover (:enable :json-false)).  False is `:json-false', a list is a vector."
  :type '(plist :key-type symbol :value-type sexp)
  :set (lambda (symbol value)
         (set-default symbol value)
         (when (fboundp 'covls--settings-changed)
           (covls--settings-changed))))

;;;###autoload
(put 'covls-settings 'safe-local-variable
     ;; Of what becomes an object of JSON, as a list of pairs and one with other symbols do, too, only that with
     ;; keywords, none of which says what is run.
     (lambda (value)
       (let ((safe (listp value)))
         (while (and safe value)
           (setq safe (and (keywordp (car value)) (not (string-prefix-p ":run" (symbol-name (car value)) t)))
                 value (cddr value)))
         safe)))

(defcustom covls-send-delay 0.3
  "How many seconds of rest, after an edit, the server is told of it."
  :type 'number)

(defcustom covls-timeout 30
  "How many seconds a command waits for the server."
  :type 'number)

(defcustom covls-shutdown-delay 60
  "How many seconds after its last buffer a server is ended.
Nil leaves it running until Emacs ends."
  :type '(choice number (const :tag "Never" nil)))

(defcustom covls-root-function #'covls-root
  "A function that returns the folder that is the project of the current buffer.
It returns nil for a file that is in no project."
  :type 'function)

(defcustom covls-root-markers
  '(".covls.toml" "go.work" "go.mod" ".git" "package.json" "Cargo.toml" "pyproject.toml" "composer.json"
    "pom.xml" "build.gradle" "build.gradle.kts" "Gemfile" "mix.exs" "Package.swift")
  "Files that the folder of a project has, where project.el knows none."
  :type '(repeat string))

(defcustom covls-language-ids
  '((c-mode . "c") (c-ts-mode . "c") (c++-mode . "cpp") (c++-ts-mode . "cpp") (csharp-mode . "csharp")
    (csharp-ts-mode . "csharp") (dart-mode . "dart") (elixir-mode . "elixir") (elixir-ts-mode . "elixir")
    (go-mode . "go") (go-ts-mode . "go") (groovy-mode . "groovy") (java-mode . "java") (java-ts-mode . "java")
    (js-jsx-mode . "javascriptreact") (rjsx-mode . "javascriptreact") (js-mode . "javascript")
    (js-ts-mode . "javascript") (js2-mode . "javascript") (js3-mode . "javascript")
    (kotlin-mode . "kotlin") (kotlin-ts-mode . "kotlin") (lua-mode . "lua") (lua-ts-mode . "lua")
    (objc-mode . "objective-c") (perl-mode . "perl") (cperl-mode . "perl") (php-mode . "php") (php-ts-mode . "php")
    (python-mode . "python") (python-ts-mode . "python") (ruby-mode . "ruby") (ruby-ts-mode . "ruby")
    (enh-ruby-mode . "ruby") (rust-mode . "rust") (rust-ts-mode . "rust") (rustic-mode . "rust")
    (scala-mode . "scala") (scala-ts-mode . "scala") (svelte-mode . "svelte") (swift-mode . "swift")
    (tsx-ts-mode . "typescriptreact") (typescript-tsx-mode . "typescriptreact")
    (typescript-mode . "typescript") (typescript-ts-mode . "typescript") (vue-mode . "vue"))
  "The modes in which `global-covls-mode' turns on `covls-mode'.
Each goes with the name that LSP has for its language."
  :type '(alist :key-type symbol :value-type string))

(defface covls-uncovered '((t :inherit error))
  "The bar of a line that never ran.")

(defface covls-partly '((t :inherit warning))
  "The bar of a line of which some never ran.")

(defface covls-covered '((t :inherit success))
  "The bar of a line that ran.")

(defface covls-unknown '((t :inherit shadow))
  "The bar of code that the tests have not seen: it is new, or was edited since.")

(defface covls-hint
  '((((supports :underline (:style wave))) :underline (:style dots))
    (t :underline t))
  "Functions that no test reaches, and that hardly need one.")


;;; The connection

(defclass covls-connection (jsonrpc-process-connection)
  ((root :initarg :root :reader covls--root :documentation "The folder, with a slash at its end.")
   (state :initform 'starting :accessor covls--state :documentation "One of starting, ready, ended.")
   (buffers :initform nil :accessor covls--buffers :documentation "The buffers that are open in it.")
   (status :initform nil :accessor covls--status :documentation "The last covls/status.")
   (progress :initform nil :accessor covls--progress :documentation "How far a load is, in words.")
   (last-id :initform nil :accessor covls--last-id :documentation "The id of the last request.")
   (closing :initform nil :accessor covls--closing :documentation "The timer that ends it."))
  "A connection to covls for one project.")

(defvar covls--connections nil
  "The connections that are not ended.")

(defvar covls--restarted nil
  "When a server that ended by itself was started again, by its root.")

(defvar-local covls--connection nil
  "The connection of this buffer.")

(defvar-local covls--uri nil
  "The URI that this buffer is open by; nil while it is not open.")

(defvar-local covls--version 0
  "The version of the text that was sent last.")

(defvar covls--jumping nil
  "Non-nil while a command waits for the place to go to.
The place is in the answer then, and need not be shown before.")

(defconst covls--nothing (make-hash-table :size 1)
  "An empty object.")

(define-error 'covls-error "The covls server can't do this")

(defun covls--true (value)
  "Whether VALUE is true as JSON is read here."
  (and value (not (eq value :json-false))))

(defun covls--get (value &rest keys)
  "What is in VALUE, an object, under KEYS."
  (dolist (key keys value)
    (setq value (plist-get value key))))

(cl-defmethod jsonrpc-connection-send ((connection covls-connection) &rest args
                                       &key id method params result &allow-other-keys)
  "Send the message ARGS to CONNECTION.
An answer that is made later is not sent, and params that are null are left out.
ID, METHOD, PARAMS and RESULT are of the message."
  (if (eq (car-safe result) 'covls--later)
      (run-at-time 0 nil #'covls--answer-later connection id (cdr result))
    ;; Emacs 30 has the method in answers, too.
    (when (and id method (not (plist-member args :result)) (not (plist-member args :error)))
      (setf (covls--last-id connection) id))
    (apply #'cl-call-next-method connection
           (if (or params (not (plist-member args :params)))
               args
             (cl-loop for (key value) on args by #'cddr
                      unless (eq key :params) append (list key value))))))

(defun covls--answer-later (connection id ask)
  "Answer the request ID of CONNECTION with what the function ASK returns."
  (let ((answer (condition-case problem
                    (list :result (funcall ask))
                  (quit (list :result nil))
                  (error (list :error (list :code -32803 :message (error-message-string problem)))))))
    (when (jsonrpc-running-p connection)
      (apply #'jsonrpc-connection-send connection :id id answer))))

(defun covls--capabilities ()
  "What this client can do."
  (list
   :general (list :positionEncodings ["utf-16"])
   :workspace (list :applyEdit t
                    :workspaceEdit (list :documentChanges t :resourceOperations ["create"])
                    :configuration t
                    :workspaceFolders :json-false
                    :didChangeConfiguration (list :dynamicRegistration :json-false)
                    :didChangeWatchedFiles (list :dynamicRegistration :json-false)
                    :executeCommand (list :dynamicRegistration :json-false))
   :textDocument
   (list :synchronization (list :dynamicRegistration :json-false :willSave :json-false
                                :willSaveWaitUntil :json-false :didSave t)
         :hover (list :dynamicRegistration :json-false :contentFormat ["markdown" "plaintext"])
         :publishDiagnostics (list :relatedInformation :json-false :versionSupport t :tagSupport (list :valueSet [1]))
         :codeAction (list :dynamicRegistration :json-false
                           :isPreferredSupport t
                           :dataSupport t
                           :resolveSupport (list :properties ["edit" "command"])
                           :codeActionLiteralSupport
                           (list :codeActionKind (list :valueSet ["quickfix" "refactor" "source"]))))
   :window (list :workDoneProgress t
                 :showMessage (list :messageActionItem (list :additionalPropertiesSupport :json-false))
                 :showDocument (list :support t))
   :experimental (list :covls (list :status t :documents t :runTests t))))

(defun covls--start (root)
  "Start a server for the folder ROOT."
  (unless (executable-find (car covls-command))
    (user-error "The program `%s' is not on `exec-path': install covls, or set `covls-command'" (car covls-command)))
  (let* ((default-directory root)
         (name (format "covls %s" (file-name-nondirectory (directory-file-name root))))
         (name (if (get-buffer (format " *%s output*" name)) (format "covls %s" (abbreviate-file-name root)) name))
         (connection
          (apply
           #'make-instance
           'covls-connection
           :name name
           :root root
           :process (lambda ()
                      (make-process :name name :command covls-command :connection-type 'pipe
                                    :coding 'utf-8-emacs-unix :noquery t
                                    :stderr (get-buffer-create (format "*%s stderr*" name))))
           :request-dispatcher #'covls--on-request
           :notification-dispatcher #'covls--on-notification
           :on-shutdown #'covls--on-end
           ;; The messages are not kept.
           (if (slot-exists-p 'jsonrpc-connection '-events-buffer-config)
               '(:events-buffer-config (:size 0 :format short))
             '(:events-buffer-scrollback-size 0)))))
    (push connection covls--connections)
    (add-hook 'kill-emacs-query-functions #'covls--on-leave)
    (add-hook 'kill-emacs-hook #'covls--on-kill)
    ;; Eglot and lsp-mode set up Flymake and ElDoc for themselves alone.
    (add-hook 'eglot-managed-mode-hook #'covls--join)
    (add-hook 'lsp-managed-mode-hook #'covls--join)
    (condition-case problem
        (jsonrpc-async-request
         connection :initialize
         (list :processId (emacs-pid)
               :clientInfo (list :name "Emacs covls.el" :version emacs-version)
               :rootUri (covls--path-to-uri root)
               :initializationOptions (or covls-settings covls--nothing)
               :capabilities (covls--capabilities)
               :workspaceFolders (vector (list :uri (covls--path-to-uri root)
                                               :name (file-name-nondirectory (directory-file-name root)))))
         :timeout covls-timeout
         :success-fn (lambda (_)
                       (jsonrpc-notify connection :initialized covls--nothing)
                       (setf (covls--state connection) 'ready)
                       (dolist (buffer (covls--buffers connection))
                         (when (buffer-live-p buffer)
                           (with-current-buffer buffer
                             (covls--open)))))
         :error-fn (lambda (problem)
                     (unless (eq (covls--state connection) 'ended)
                       (message "covls did not start: %s" (plist-get problem :message))
                       (covls--give-up connection)))
         :timeout-fn (lambda ()
                       (message "covls did not answer within %s seconds" covls-timeout)
                       (covls--give-up connection)))
      ;; It has ended already.
      (error (message "covls did not start: %s" (error-message-string problem))))
    connection))

(defun covls--on-end (connection)
  "Clean up behind CONNECTION, whose process has ended."
  (let* ((state (covls--state connection))
         (wanted (eq state 'ended))
         (root (covls--root connection))
         (buffers (seq-filter #'buffer-live-p (covls--buffers connection))))
    (setf (covls--state connection) 'ended)
    (setq covls--connections (delq connection covls--connections))
    (dolist (buffer buffers)
      (with-current-buffer buffer
        (covls--forget)
        (setq covls--connection nil)))
    (covls--forget-elsewhere connection)
    (unless wanted
      ;; One that ended before it was ready, or a moment after it was started again, would do so once more.
      (if (and buffers (eq state 'ready) (> (- (float-time) (alist-get root covls--restarted 0 nil #'equal)) 60))
          (progn
            (message "covls ended by itself, and is started again")
            (setf (alist-get root covls--restarted nil nil #'equal) (float-time))
            (run-at-time 0.1 nil #'covls--reconnect buffers))
        (message "covls ended by itself; M-x covls-restart starts it again")))
    (force-mode-line-update t)))

(defun covls--reconnect (buffers)
  "Connect BUFFERS again."
  (dolist (buffer buffers)
    (when (buffer-live-p buffer)
      (with-current-buffer buffer
        (when (and covls-mode (null covls--connection))
          (covls--connect))))))

(defun covls--end (connection)
  "End the server of CONNECTION, within a few seconds whatever it does."
  (when (covls--closing connection)
    (cancel-timer (covls--closing connection)))
  (let ((ready (eq (covls--state connection) 'ready))
        (process (jsonrpc--process connection))
        (errors (jsonrpc-stderr-buffer connection))
        (inhibit-message t))
    (setf (covls--state connection) 'ended)
    (setq covls--connections (delq connection covls--connections))
    (unwind-protect
        (when (process-live-p process)
          (ignore-errors
            (when ready
              (let ((covls-timeout 2))
                (covls--request connection :shutdown nil)))
            (jsonrpc-notify connection :exit nil)
            (let ((deadline (+ (float-time) 2)))
              (while (and (process-live-p process) (< (float-time) deadline))
                (accept-process-output process 0.02)))))
      ;; `jsonrpc-shutdown' has no patience that ends.
      (delete-process process)
      ;; In the last jsonrpc has said goodbye.
      (dolist (buffer (list (process-buffer process) errors (jsonrpc-events-buffer connection)))
        (when (buffer-live-p buffer)
          (let ((kill-buffer-query-functions nil))
            (kill-buffer buffer)))))))

(defun covls--give-up (connection)
  "End the server of CONNECTION, which will not be ready, when its message was taken in."
  (run-at-time 0 nil (lambda ()
                       (when (jsonrpc-running-p connection)
                         (covls--end connection)))))

(defun covls--end-all ()
  "End all servers."
  (mapc #'covls--end covls--connections))

(defvar covls--leaving nil
  "Whether Emacs ends because somebody wants that.")

(defun covls--on-leave ()
  "Keep that somebody wants to end Emacs."
  (setq covls--leaving t))

(defun covls--on-kill ()
  "End all servers with Emacs.
Where a signal ends that, as when its terminal is gone, it does not notice that
other programs have ended, and would wait for them for ever.  The servers end by
themselves then."
  (when covls--leaving
    (covls--end-all)))

(defun covls--await (connection)
  "Wait until CONNECTION is ready, and return it."
  (let ((deadline (+ (float-time) covls-timeout)))
    (while (and (eq (covls--state connection) 'starting) (< (float-time) deadline))
      (accept-process-output nil 0.05)))
  (unless (eq (covls--state connection) 'ready)
    (user-error "The covls server does not run; M-x covls-restart starts it again"))
  connection)


;;; Files, URIs and positions

(defun covls--path-to-uri (path)
  "The URI of the file PATH."
  (let ((true (file-truename path)))
    (concat "file://" (unless (eq ?/ (aref true 0)) "/")
            (url-hexify-string (directory-file-name true) url-path-allowed-chars))))

(defun covls--uri-to-path (uri)
  "The path of the file that URI names."
  (unless (string-prefix-p "file://" uri)
    (user-error "No file: %s" uri))
  (let ((path (decode-coding-string (url-unhex-string (substring uri 7)) 'utf-8)))
    (if (string-match "\\`/[A-Za-z]:" path) (substring path 1) path)))

(defun covls--position (&optional at)
  "Where AT, or point, is, as LSP has it: columns in units of UTF-16."
  (save-excursion
    (save-restriction
      (widen)
      (save-match-data
        (goto-char (or at (point)))
        (let* ((at (point))
               (line (1- (line-number-at-pos at)))
               (start (progn (forward-line 0) (point)))
               (column (- at start)))
          (while (re-search-forward "[\U00010000-\U0010ffff]" at t)
            (cl-incf column))
          (list :line line :character column))))))

(defun covls--go-to-column (column)
  "Go from the start of a line to COLUMN, in units of UTF-16, or its end."
  (let ((end (line-end-position)))
    (if (save-excursion (re-search-forward "[\U00010000-\U0010ffff]" (min end (+ (point) column)) t))
        (while (and (> column 0) (< (point) end))
          (cl-decf column (if (<= #x10000 (char-after) #x10ffff) 2 1))
          (forward-char))
      (goto-char (min end (+ (point) column))))))

(defun covls--point (position &optional from)
  "Where POSITION is in this buffer, which is widened.
FROM is a line and where it starts, as a cons: lines are counted from there, and
not from the start of the buffer.  It becomes the line of POSITION."
  (save-excursion
    (save-match-data
      (let ((line (plist-get position :line)))
        (goto-char (if from (cdr from) (point-min)))
        (if (and (zerop (forward-line (- line (if from (car from) 0)))) (or (bolp) (zerop line)))
            (progn
              (when from
                (setcar from line)
                (setcdr from (point)))
              (covls--go-to-column (plist-get position :character)))
          (goto-char (point-max)))
        (point)))))

(defun covls--range (range &optional from)
  "The bounds of RANGE in this buffer, as a cons.
FROM is that of `covls--point'."
  (save-restriction
    (widen)
    (cons (covls--point (plist-get range :start) from) (covls--point (plist-get range :end) from))))

(defun covls--text (beg end)
  "The text from BEG to END, with what JSON can't hold replaced: bytes that are no text, lone surrogates."
  (replace-regexp-in-string "[^\0-\ud7ff\ue000-\U0010ffff]" "\ufffd" (buffer-substring-no-properties beg end) t t))


;;; Documents

(defvar-local covls--changes nil
  "What was edited and not sent: a list, the newest first, or `whole'.")

(defvar-local covls--before nil
  "The edit that goes on: its bounds, and both as LSP has them.")

(defvar-local covls--tick nil
  "The tick of the text, when all edits were noticed.")

(defvar-local covls--timer nil
  "The timer that sends edits.")

(defun covls--language-id ()
  "What LSP calls the language of this buffer, or nil."
  (or (cdr (assq major-mode covls-language-ids))
      (cdr (seq-find (lambda (pair) (derived-mode-p (car pair))) covls-language-ids))
      (and buffer-file-name (equal (file-name-nondirectory buffer-file-name) ".covls.toml") "toml")))

(defun covls-root ()
  "The folder that is the project of this buffer, or nil where there is none."
  (let ((project (project-current)))
    (or (and project (project-root project))
        (locate-dominating-file default-directory
                                (lambda (folder)
                                  (seq-some (lambda (name) (file-exists-p (expand-file-name name folder)))
                                            covls-root-markers))))))

(defun covls--project ()
  "The folder of this buffer's project as connections have it."
  (file-name-as-directory (file-truename (or (funcall covls-root-function) default-directory))))

(defun covls--running (root)
  "The connection for the folder ROOT that has not ended, or nil."
  (seq-find (lambda (c) (equal (covls--root c) root)) covls--connections))

(defun covls--connect ()
  "Give this buffer the connection of its project, and open it there."
  (let* ((root (covls--project))
         (connection (or (covls--running root) (covls--start root))))
    (setq covls--connection connection)
    (cl-pushnew (current-buffer) (covls--buffers connection))
    (when (covls--closing connection)
      (cancel-timer (covls--closing connection))
      (setf (covls--closing connection) nil))
    (covls--open)))

(defun covls--open ()
  "Open this buffer in its connection, once that is ready."
  (when (and covls--connection (eq (covls--state covls--connection) 'ready) (null covls--uri) buffer-file-name)
    (setq covls--uri (covls--path-to-uri buffer-file-name)
          covls--changes nil
          covls--before nil
          covls--tick (buffer-chars-modified-tick))
    (cl-incf covls--version)
    (jsonrpc-notify covls--connection :textDocument/didOpen
                    (list :textDocument
                          (list :uri covls--uri :languageId (or (covls--language-id) "plaintext") :version covls--version
                                :text (save-restriction (widen) (covls--text (point-min) (point-max))))))
    (covls--ask-marks)))

(defun covls--close ()
  "Close this buffer in its connection."
  (when (and covls--uri covls--connection (jsonrpc-running-p covls--connection))
    (jsonrpc-notify covls--connection :textDocument/didClose (list :textDocument (list :uri covls--uri))))
  (covls--forget))

(defun covls--forget ()
  "Forget what the server knows and has said of this buffer."
  (when covls--timer
    (cancel-timer covls--timer))
  (setq covls--uri nil covls--timer nil covls--changes nil)
  (covls--unmark)
  (covls--report nil))

(defun covls--leave ()
  "Take this buffer out of its connection, which is ended some time after the last."
  (let ((connection covls--connection))
    (covls--close)
    (setq covls--connection nil)
    (when connection
      (setf (covls--buffers connection) (delq (current-buffer) (covls--buffers connection)))
      (when (and covls-shutdown-delay (null (covls--buffers connection)) (null (covls--closing connection)))
        (setf (covls--closing connection)
              (run-at-time covls-shutdown-delay nil
                           (lambda ()
                             (setf (covls--closing connection) nil)
                             (unless (covls--buffers connection)
                               (covls--end connection)))))))))

(defun covls--before-change (beg end)
  "Keep where BEG and END are before what is between them changes."
  (with-current-buffer (or (buffer-base-buffer) (current-buffer))
    (when (and covls--uri (not (eq covls--changes 'whole)))
      (setq covls--before
            (and (eql covls--tick (buffer-chars-modified-tick))
                 (ignore-errors
                   (list beg (- end beg) (covls--position beg) (covls--position end))))))))

(defun covls--after-change (beg end length)
  "Keep that LENGTH characters at BEG were replaced by what is between BEG and END."
  (with-current-buffer (or (buffer-base-buffer) (current-buffer))
    (when covls--uri
      (setq covls--changes
            (if (and (not (eq covls--changes 'whole)) (eql (nth 0 covls--before) beg) (eql (nth 1 covls--before) length))
                (cons (list :range (list :start (nth 2 covls--before) :end (nth 3 covls--before))
                            :text (save-restriction (widen) (covls--text beg end)))
                      covls--changes)
              'whole)
            covls--before nil
            covls--tick (buffer-chars-modified-tick))
      (when covls--timer
        (cancel-timer covls--timer))
      (setq covls--timer (run-with-timer covls-send-delay nil #'covls--flush (current-buffer))))))

(defun covls--flush (&optional buffer)
  "Send what was edited in BUFFER, or this one."
  (when (buffer-live-p (or buffer (current-buffer)))
    (with-current-buffer (or buffer (current-buffer))
      (when covls--timer
        (cancel-timer covls--timer)
        (setq covls--timer nil))
      (when covls--uri
        (unless (eql covls--tick (buffer-chars-modified-tick))
          (setq covls--changes 'whole covls--tick (buffer-chars-modified-tick)))
        (when covls--changes
          (let ((changes (if (eq covls--changes 'whole)
                             (vector (list :text (save-restriction (widen) (covls--text (point-min) (point-max)))))
                           (vconcat (reverse covls--changes)))))
            (cl-incf covls--version)
            (setq covls--changes nil)
            (jsonrpc-notify covls--connection :textDocument/didChange
                            (list :textDocument (list :uri covls--uri :version covls--version)
                                  :contentChanges changes))
            (covls--ask-marks)))))))

(defun covls--saved ()
  "Tell the server that this buffer was saved."
  (when covls--uri
    (covls--flush)
    (jsonrpc-notify covls--connection :textDocument/didSave (list :textDocument (list :uri covls--uri)))))

(defun covls--renamed ()
  "Open this buffer by the name that it has got, in the project that it is in now."
  ;; It is about to be saved, and an error would prevent that.
  (condition-case problem
      (cond
       ((or (null buffer-file-name) (file-remote-p buffer-file-name))
        (covls-mode -1))
       ((null covls--connection))
       ((not (equal (covls--project) (covls--root covls--connection)))
        (covls--leave)
        (covls--connect))
       ((and covls--uri (not (equal covls--uri (covls--path-to-uri buffer-file-name))))
        (covls--close)
        (covls--open)))
    (error (message "%s" (covls--sentence (error-message-string problem))))))

(defun covls--settings-changed ()
  "Tell all servers that `covls-settings' has changed."
  (dolist (connection covls--connections)
    (when (eq (covls--state connection) 'ready)
      (jsonrpc-notify connection :workspace/didChangeConfiguration
                      (list :settings (or covls-settings covls--nothing))))))


;;; What the server asks and tells

(defun covls--on-request (connection method params)
  "Answer the request METHOD of CONNECTION with PARAMS."
  (pcase method
    ('workspace/configuration (covls--settings-of connection (plist-get params :items)))
    ('workspace/workspaceFolders (vector (list :uri (covls--path-to-uri (covls--root connection))
                                               :name (file-name-nondirectory (directory-file-name (covls--root connection))))))
    ('workspace/applyEdit (covls--apply-edit (plist-get params :edit)))
    ('window/showMessageRequest (cons 'covls--later (lambda () (covls--choose params))))
    ('window/showDocument (covls--show-document params))
    ((or 'client/registerCapability 'client/unregisterCapability 'window/workDoneProgress/create
         'workspace/codeLens/refresh 'workspace/inlayHint/refresh 'workspace/diagnostic/refresh)
     nil)
    (_ (jsonrpc-error :code -32601 :message (format "Emacs has no %s" method)))))

(defun covls--settings-of (connection items)
  "The settings of ITEMS in the folder of CONNECTION.\nThose of its .dir-locals.el go first."
  (vconcat
   (mapcar (lambda (item)
             (and (equal (plist-get item :section) "covls")
                  (with-temp-buffer
                    (setq default-directory (covls--root connection))
                    ;; The server can't wait for an answer of the user.
                    (let ((enable-local-variables (if (eq enable-local-variables :all) :all :safe)))
                      (ignore-errors (hack-dir-local-variables-non-file-buffer)))
                    covls-settings)))
           items)))

(defun covls--choose (params)
  "Ask the question of PARAMS, and return the action that the user took, or nil."
  (let* ((actions (append (plist-get params :actions) nil))
         (titles (mapcar (lambda (action) (plist-get action :title)) actions))
         (question (plist-get params :message)))
    (if (null actions)
        (progn (message "%s" question) nil)
      (let ((chosen (completing-read (concat question " ") titles nil t)))
        (seq-find (lambda (action) (equal (plist-get action :title) chosen)) actions)))))

(defun covls--show-document (params)
  "Show the document of PARAMS, as the server asks."
  (let* ((uri (plist-get params :uri))
         (selection (plist-get params :selection))
         (success
          (cond (covls--jumping t)
                ((covls--true (plist-get params :external))
                 (run-at-time 0 nil #'browse-url uri)
                 t)
                ((and (string-prefix-p "file://" uri)
                      (or (find-buffer-visiting (covls--uri-to-path uri)) (file-readable-p (covls--uri-to-path uri))))
                 (run-at-time 0 nil #'covls--show-later uri selection (covls--true (plist-get params :takeFocus)))
                 t))))
    (list :success (if success t :json-false))))

(defun covls--show-later (uri selection focus)
  "Show the document URI at SELECTION, in another window unless FOCUS is non-nil."
  (if focus
      (progn
        (covls--push-mark)
        (covls--visit (list :uri uri :range selection)))
    (let ((buffer (find-file-noselect (covls--uri-to-path uri))))
      (with-selected-window (display-buffer buffer)
        (when selection
          (goto-char (car (covls--range selection))))))))

(defun covls--on-notification (connection method params)
  "Take in the notification METHOD of CONNECTION with PARAMS."
  (pcase method
    ('textDocument/publishDiagnostics (covls--on-diagnostics connection params))
    ('covls/status (covls--on-status connection params))
    ('covls/sinceLastRun
     (message "covls%s: %s"
              ;; With several projects, whose that is.
              (if (cdr covls--connections)
                  (concat " of " (file-name-nondirectory (directory-file-name (covls--root connection))))
                "")
              (plist-get params :text)))
    ('window/showMessage
     (let ((text (covls--sentence (plist-get params :message))))
       (if (<= (plist-get params :type) 2)
           (message "%s" (propertize text 'face 'warning))
         (message "%s" text))))
    ('window/logMessage
     (with-current-buffer (get-buffer-create "*covls log*")
       (buffer-disable-undo)
       (let ((inhibit-read-only t))
         (save-excursion
           (save-restriction
             (widen)
             (goto-char (point-max))
             (insert (format-time-string "%H:%M:%S ") (plist-get params :message) "\n")
             (when (> (buffer-size) 500000)
               (delete-region (point-min) (- (point-max) 400000))))))))
    ('$/progress
     (let ((value (plist-get params :value)))
       (setf (covls--progress connection)
             (and (not (equal (plist-get value :kind) "end")) (plist-get value :message)))
       (force-mode-line-update t)))))

(defun covls--on-status (connection status)
  "Take in STATUS of CONNECTION."
  (let ((before (covls--status connection)))
    (setf (covls--status connection) status)
    (unless (equal (plist-put (copy-sequence before) :loading nil) (plist-put (copy-sequence status) :loading nil))
      (dolist (buffer (covls--buffers connection))
        (when (buffer-live-p buffer)
          (with-current-buffer buffer
            (covls--ask-marks)))))
    (force-mode-line-update t)))


;;; Edits of the server

(defun covls--apply-edit (edit)
  "Make EDIT, a WorkspaceEdit, and say whether it was made.
Files are not saved, so that the user can look at what was written first."
  (condition-case problem
      (let ((changes (mapcar (lambda (change)
                               (with-current-buffer (find-file-noselect (nth 0 change))
                                 (barf-if-buffer-read-only)
                                 (cons (current-buffer) (nth 1 change))))
                             (covls--edit-plan edit))))
        (pcase-dolist (`(,buffer . ,edits) changes)
          (with-current-buffer buffer
            (covls--edit-buffer edits)))
        (list :applied t))
    (error (list :applied :json-false :failureReason (error-message-string problem)))))

(defun covls--edit-plan (edit)
  "What EDIT writes: a list of paths with edits of text.\nIt is an error where EDIT can't be made."
  (let (plan)
    (cl-loop for (uri edits) on (plist-get edit :changes) by #'cddr
             do (push (list (covls--uri-to-path (substring (symbol-name uri) 1)) edits) plan))
    (seq-doseq (change (plist-get edit :documentChanges))
      (pcase (plist-get change :kind)
        ('nil
         (let* ((document (plist-get change :textDocument))
                (path (covls--uri-to-path (plist-get document :uri)))
                (version (plist-get document :version))
                (buffer (find-buffer-visiting path)))
           (when (and buffer version)
             (with-current-buffer buffer
               (covls--flush)
               (when (and covls--uri (/= version covls--version))
                 (error "%s was edited in the meantime" (buffer-name)))))
           (push (list path (plist-get change :edits)) plan)))
        ("create"
         (let ((path (covls--uri-to-path (plist-get change :uri))))
           (when (and (file-exists-p path) (not (covls--true (covls--get change :options :ignoreIfExists))))
             (error "There is a file %s already" path))
           (push (list path []) plan)))
        (kind (error "Emacs does not %s files for covls" kind))))
    (nreverse plan)))

(defun covls--edit-buffer (edits)
  "Make EDITS in this buffer."
  (save-excursion
    (save-restriction
      (widen)
      (atomic-change-group
        (let ((placed (mapcar (lambda (edit)
                                (let ((range (covls--range (plist-get edit :range))))
                                  (list (car range) (cdr range) (plist-get edit :newText))))
                              edits)))
          ;; From the end, so that places stay; insertions at one place stay in their order.
          (pcase-dolist (`(,beg ,end ,text) (cl-stable-sort (nreverse placed) #'> :key #'car))
            (goto-char beg)
            (delete-region beg end)
            (insert text)))))))


;;; Diagnostics

(defvar-local covls--diagnostics nil
  "The diagnostics of this buffer, as the server has sent them.")

(defvar-local covls--report-function nil
  "What Flymake takes diagnostics by.")

(put 'covls-hint 'flymake-category 'flymake-note)
(put 'covls-hint 'flymake-bitmap nil)
(put 'covls-hint 'face 'covls-hint)
(put 'covls-hint 'mode-line-face 'compilation-info)
(put 'covls-hint 'severity (warning-numeric-level :debug))
(put 'covls-hint 'flymake-type-name "hint")

(defun covls--diagnostic-type (diagnostic)
  "The type that Flymake has for DIAGNOSTIC."
  (pcase (plist-get diagnostic :severity)
    (1 :error)
    (2 :warning)
    (4 'covls-hint)
    (_ :note)))

(defun covls-flymake-backend (report &rest _)
  "A backend of Flymake that calls REPORT with what the server has sent."
  (setq covls--report-function report)
  (covls--report covls--diagnostics))

(defun covls--flymake (diagnostic from)
  "DIAGNOSTIC of the server as one of Flymake, in this buffer.
FROM is that of `covls--point'."
  (let ((bounds (covls--range (plist-get diagnostic :range) from)))
    (when (= (car bounds) (cdr bounds))
      (setq bounds (or (flymake-diag-region (current-buffer) (line-number-at-pos (car bounds))) bounds)))
    (flymake-make-diagnostic
     (current-buffer) (car bounds) (cdr bounds)
     (covls--diagnostic-type diagnostic)
     (plist-get diagnostic :message)
     (list :covls diagnostic)
     (when (seq-contains-p (plist-get diagnostic :tags) 1)
       '((face . shadow))))))

(defun covls--report (diagnostics)
  "Have Flymake show DIAGNOSTICS in this buffer."
  (setq covls--diagnostics diagnostics)
  (when (and flymake-mode diagnostics (null covls--report-function)
             (memq #'covls-flymake-backend flymake-diagnostic-functions))
    ;; It calls the backend, which comes back here.
    (flymake-start))
  (when (and flymake-mode covls--report-function)
    (save-restriction
      (widen)
      ;; From one to the next it is not far.
      (let ((from (cons 0 (point-min))))
        (condition-case nil
            (funcall covls--report-function
                     (mapcar (lambda (diagnostic) (covls--flymake diagnostic from)) diagnostics)
                     :region (cons (point-min) (point-max)))
          ;; Flymake was turned on anew, takes nothing by what it gave before, and will ask again.
          (error (setq covls--report-function nil)))))))

(defun covls--buffer-of (connection uri)
  "The buffer that is open in CONNECTION by URI."
  (seq-find (lambda (buffer) (equal uri (buffer-local-value 'covls--uri buffer)))
            (seq-filter #'buffer-live-p (covls--buffers connection))))

(defun covls--on-diagnostics (connection params)
  "Take in the diagnostics of PARAMS, of CONNECTION."
  (let* ((uri (plist-get params :uri))
         (version (plist-get params :version))
         (diagnostics (append (plist-get params :diagnostics) nil))
         (buffer (covls--buffer-of connection uri)))
    (cond
     (buffer
      (covls--elsewhere connection uri nil)
      (with-current-buffer buffer
        ;; Those of an older text come again for this one.
        (when (or (null version) (= version covls--version))
          (if covls--changes
              (setq covls--diagnostics diagnostics)
            (covls--report diagnostics)))))
     (t (covls--elsewhere connection uri diagnostics)))))

(defun covls--elsewhere (connection uri diagnostics)
  "Have the list of a project's diagnostics show DIAGNOSTICS of URI.
The file is open in no buffer of CONNECTION."
  (when (string-prefix-p "file://" uri)
    (let* ((path (covls--uri-to-path uri))
           (others (seq-remove (lambda (d) (plist-get (flymake-diagnostic-data d) :covls))
                               (alist-get path flymake-list-only-diagnostics nil nil #'equal)))
           (mine (mapcar (lambda (d)
                           (let ((start (covls--get d :range :start)))
                             (flymake-make-diagnostic path
                                                      (cons (1+ (plist-get start :line)) (1+ (plist-get start :character)))
                                                      nil (covls--diagnostic-type d) (plist-get d :message)
                                                      (list :covls d :root (covls--root connection)))))
                         diagnostics)))
      (setf (alist-get path flymake-list-only-diagnostics nil t #'equal) (append others mine)))))

(defun covls--forget-elsewhere (connection)
  "Forget the diagnostics of files that are not open in CONNECTION."
  (let ((root (covls--root connection)))
    (setq flymake-list-only-diagnostics
          (cl-loop for (path . list) in flymake-list-only-diagnostics
                   for rest = (seq-remove (lambda (d) (equal root (plist-get (flymake-diagnostic-data d) :root))) list)
                   when rest collect (cons path rest)))))

(defun covls--join ()
  "Take part in Flymake and ElDoc of this buffer.\nOther modes may have set them up for themselves alone."
  (when (and (bound-and-true-p covls-mode) covls--connection)
    (when covls-flymake
      (let ((there (memq #'covls-flymake-backend flymake-diagnostic-functions)))
        (add-hook 'flymake-diagnostic-functions #'covls-flymake-backend nil t)
        (cond ((not flymake-mode) (flymake-mode 1))
              ((not there) (flymake-start)))))
    (when covls-eldoc
      (add-hook 'eldoc-documentation-functions #'covls-eldoc-function 90 t))))


;;; Marks

(defvar-local covls--overlays nil
  "The bars of this buffer.")

(defvar-local covls--coverage nil
  "The last covls/coverage of this buffer.")

(defvar-local covls--asked nil
  "The id of the covls/coverage that is not answered.\nThe symbol `later' means that none was asked, since no window shows the buffer.")

(defvar-local covls--margin 0
  "How many columns of margin this buffer has more for the bars.")

(when (fboundp 'define-fringe-bitmap)
  (define-fringe-bitmap 'covls-solid [#b11110000] nil nil '(center repeated))
  (define-fringe-bitmap 'covls-broken [#b11110000 #b11110000 #b11110000 #b11110000 #b0 #b0] nil nil '(center repeated))
  (define-fringe-bitmap 'covls-thin [#b11000000] nil nil '(center repeated))
  (define-fringe-bitmap 'covls-dots [#b11000000 #b11000000 #b0 #b0] nil nil '(center repeated))
  ;; With a second line, for what changed.
  (define-fringe-bitmap 'covls-solid-changed [#b11110011] nil nil '(center repeated))
  (define-fringe-bitmap 'covls-broken-changed [#b11110011 #b11110011 #b11110011 #b11110011 #b11 #b11] nil nil '(center repeated))
  (define-fringe-bitmap 'covls-thin-changed [#b11000011] nil nil '(center repeated))
  (define-fringe-bitmap 'covls-dots-changed [#b11000011 #b11000011 #b11 #b11] nil nil '(center repeated)))

(defconst covls--looks
  '((uncovered covls-solid covls-solid-changed covls-uncovered "┃" "|" "This never ran")
    (partly covls-broken covls-broken-changed covls-partly "╏" ":" "Some of this line never ran")
    (covered covls-thin covls-thin-changed covls-covered "│" "'" "This ran")
    (unknown covls-dots covls-dots-changed covls-unknown "┊" "?" "No test has run this text yet"))
  "What a state looks like: two bitmaps, a face, a character, one of ASCII, words.
The second bitmap is for lines that are new since the base.")

(defun covls--ask-marks ()
  "Ask for the marks of this buffer if a window shows it, else once one does."
  (when (and covls--uri (not (buffer-base-buffer)))
    (when (numberp covls--asked)
      (jsonrpc-notify covls--connection :$/cancelRequest (list :id covls--asked))
      (setq covls--asked nil))
    (if (not (get-buffer-window nil t))
        (setq covls--asked 'later)
      (let ((buffer (current-buffer))
            (connection covls--connection)
            id)
        (jsonrpc-async-request
         connection :covls/coverage (list :textDocument (list :uri covls--uri))
         :timeout covls-timeout
         :success-fn (lambda (coverage)
                       (when (and (buffer-live-p buffer) (eql id (buffer-local-value 'covls--asked buffer)))
                         (with-current-buffer buffer
                           (setq covls--asked nil)
                           ;; An answer for a text that has changed is followed by another.
                           (when (and covls--uri (null covls--changes)
                                      (or (null coverage) (eql (plist-get coverage :version) covls--version)))
                             (covls--mark coverage)))))
         :error-fn #'ignore
         :timeout-fn #'ignore)
        (setq id (covls--last-id connection)
              covls--asked id)))))

(defun covls--shown (window)
  "Ask for the marks of the buffer of WINDOW, where they wait for one to show it.
Another buffer may be current."
  (with-current-buffer (window-buffer window)
    (when (eq covls--asked 'later)
      (covls--ask-marks))))

(defun covls--unmark ()
  "Take all bars away."
  (mapc #'delete-overlay covls--overlays)
  (setq covls--overlays nil covls--coverage nil))

(defun covls--mark (coverage)
  "Draw what COVERAGE says."
  (covls--unmark)
  (setq covls--coverage coverage)
  (let ((hidden (covls--true (plist-get (covls--status covls--connection) :hidden))))
    (when (and coverage (not hidden) (not (eq covls-fringe 'off)))
      (save-excursion
        (save-restriction
          (widen)
          (save-match-data
            (covls--mark-lines (covls--line-states coverage) (covls--changed-lines coverage)))))))
  (covls--fit-margin))

(defun covls--changed-lines (coverage)
  "The lines, from 0, that are new since the base by COVERAGE, as a table to t."
  (let ((lines (make-hash-table)))
    (seq-doseq (change (plist-get coverage :changed))
      (cl-loop for line from (covls--get change :range :start :line) to (covls--get change :range :end :line)
               do (puthash line t lines)))
    lines))

(defun covls--mark-lines (states changed)
  "Draw STATES, a table from lines to states; CHANGED has the lines that are new."
  (let ((at 0)
        (bars (mapcar (lambda (look) (list (car look) (covls--bar (car look) nil) (covls--bar (car look) t)))
                      covls--looks))
        lines)
    (maphash (lambda (line state)
               (when (or (eq covls-fringe 'all) (not (eq state 'covered)))
                 (push (cons line state) lines)))
             states)
    (goto-char (point-min))
    (pcase-dolist (`(,line . ,state) (sort lines (lambda (a b) (< (car a) (car b)))))
      (forward-line (- line at))
      (setq at line)
      (let ((overlay (make-overlay (point) (line-end-position)))
            (new (gethash line changed)))
        (overlay-put overlay 'covls state)
        (overlay-put overlay 'covls-changed new)
        (overlay-put overlay 'before-string (nth (if new 2 1) (assq state bars)))
        (overlay-put overlay 'modification-hooks '(covls--edited))
        (overlay-put overlay 'insert-in-front-hooks '(covls--edited))
        (overlay-put overlay 'insert-behind-hooks '(covls--edited))
        (push overlay covls--overlays)))))

(defun covls--edited (overlay after &rest _)
  "Take the bar OVERLAY away, as its line is edited; AFTER is non-nil when it was."
  (unless after
    (setq covls--overlays (delq overlay covls--overlays))
    (delete-overlay overlay)))

(defun covls--graphic-p ()
  "Whether the window of this buffer has fringes."
  (display-graphic-p (window-frame (or (get-buffer-window nil t) (selected-window)))))

(defun covls--bar (state changed)
  "What is drawn beside a line of STATE, which is new since the base if CHANGED."
  (pcase-let* ((`(,bitmap ,bitmap-changed ,face ,character ,ascii ,words) (cdr (assq state covls--looks)))
               (text (if (char-displayable-p (aref character 0)) character ascii)))
    (propertize " "
                'help-echo (if changed (concat words "; it is new since the base") words)
                'display
                (if (covls--graphic-p)
                    (list covls-fringe-side (if changed bitmap-changed bitmap) face)
                  (list '(margin left-margin) (propertize (if changed (concat text "+") text) 'face face))))))

(defun covls--fit-margin ()
  "Give this buffer as many columns of margin as its bars want."
  (let ((want (cond ((or (null covls--overlays) (covls--graphic-p)) 0)
                    ((seq-some (lambda (overlay) (overlay-get overlay 'covls-changed)) covls--overlays) 2)
                    (t 1))))
    (unless (= want covls--margin)
      (setq left-margin-width (max 0 (+ (or left-margin-width 0) (- want covls--margin)))
            covls--margin want)
      (dolist (window (get-buffer-window-list nil nil t))
        (set-window-buffer window (current-buffer) t)
        (set-window-margins window left-margin-width right-margin-width)))))

(defun covls--line-states (coverage)
  "The states of lines, from 0, by COVERAGE of this text."
  (let ((states (make-hash-table))
        (pieces (make-hash-table))
        (at 0))
    (goto-char (point-min))
    (seq-doseq (region (plist-get coverage :regions))
      ;; From one to the next it is not far.
      (setq at (covls--pieces (plist-get region :range) at
                              (if (equal (plist-get region :state) "uncovered") 'uncovered 'covered)
                              pieces)))
    (maphash (lambda (line list)
               (when-let ((state (covls--line-state list)))
                 (puthash line state states)))
             pieces)
    (seq-doseq (branch (plist-get coverage :branches))
      (let ((line (plist-get branch :line)))
        (when (and (eq (gethash line states) 'covered)
                   (seq-some (lambda (way) (eql 0 (plist-get way :count))) (plist-get branch :ways)))
          (puthash line 'partly states))))
    (let ((look (plist-get coverage :stale_look)))
      (seq-doseq (function (plist-get coverage :functions))
        (when (or (member (plist-get function :state) '("new" "unknown")) (covls--true (plist-get function :stale)))
          (pcase look
            ("hide" (covls--set-lines (plist-get function :range) nil states))
            ("dim" (covls--set-lines (plist-get function :range) 'unknown states))))))
    (seq-doseq (excluded (plist-get coverage :excluded))
      (covls--set-lines (plist-get excluded :range) nil states))
    states))

(defun covls--set-lines (range state states)
  "Have all lines of RANGE be of STATE in STATES, or of none where STATE is nil."
  (cl-loop for line from (covls--get range :start :line) to (covls--get range :end :line)
           do (if state (puthash line state states) (remhash line states))))

(defun covls--pieces (range at state pieces)
  "Cut RANGE into pieces of lines, and add each with STATE to PIECES.
A piece is (FROM TO STATE).  Point is at the start of the line AT; return the
line at whose start it is then."
  (let* ((start (plist-get range :start))
         (end (plist-get range :end))
         (line (plist-get start :line))
         (last (plist-get end :line))
         (more t))
    (forward-line (- line at))
    (while more
      (let ((bol (point)) (beg (point)) (eol (line-end-position)))
        (when (= line last)
          (covls--go-to-column (plist-get end :character))
          (setq eol (point))
          (goto-char bol))
        (when (= line (plist-get start :line))
          (covls--go-to-column (plist-get start :character))
          (setq beg (point)))
        (skip-chars-forward " \t" eol)
        (when (< (point) eol)
          (push (list beg eol state) (gethash line pieces)))
        (goto-char bol)
        (if (or (>= line last) (not (zerop (forward-line 1))))
            (setq more nil)
          (cl-incf line))))
    line))

(defun covls--line-state (pieces)
  "The state of a line that has PIECES, the last first.
Braces at the edge of a piece say nothing of a line that has more than these."
  (if (null (cdr pieces))
      (nth 2 (car pieces))
    ;; What lies in a later piece is its own, so earlier ones have what is left.
    (let (taken all strong)
      (pcase-dolist (`(,from ,to ,state) pieces)
        (let ((parts (list (cons from to))))
          (dolist (other taken)
            (setq parts (cl-loop for (beg . end) in parts
                                 when (< beg (min end (car other))) collect (cons beg (min end (car other)))
                                 when (< (max beg (cdr other)) end) collect (cons (max beg (cdr other)) end))))
          (push (cons from to) taken)
          (pcase-dolist (`(,beg . ,end) parts)
            (goto-char beg)
            (skip-chars-forward " \t" end)
            (when (< (point) end)
              (cl-pushnew state all)
              (skip-chars-forward "] \t{}()[;," end)
              (when (< (point) end)
                (cl-pushnew state strong))))))
      (pcase (or strong all)
        (`(,state) state)
        ('nil nil)
        (_ (and strong 'partly))))))


;;; The echo area

(defun covls--on-mark-p ()
  "Whether point is on a mark."
  (or (seq-some (lambda (d) (plist-get (flymake-diagnostic-data d) :covls)) (flymake-diagnostics (point)))
      (seq-some (lambda (overlay) (memq (overlay-get overlay 'covls) '(uncovered partly unknown)))
                (overlays-in (line-beginning-position) (line-end-position)))))

(defun covls-eldoc-function (callback &rest _)
  "Have CALLBACK show what is known at a mark; a source of ElDoc."
  (when (and covls--uri (not (buffer-base-buffer)) (covls--on-mark-p))
    (covls--flush)
    (jsonrpc-async-request
     covls--connection :textDocument/hover (covls--place)
     :success-fn (lambda (hover)
                   (let ((text (and hover (covls--hover-text (plist-get hover :contents)))))
                     (funcall callback (and text (not (string-empty-p text)) text))))
     :error-fn #'ignore
     :timeout-fn #'ignore)
    t))

(defun covls--hover-text (contents)
  "What CONTENTS of a hover say, for the echo area."
  (string-trim (covls--markdown (if (stringp contents) contents (plist-get contents :value)))))

(defun covls--markdown (text)
  "TEXT, which is Markdown, for people: with faces in place of marks."
  (with-temp-buffer
    (insert text)
    (covls--markdown-code)
    (dolist (rule '(("^\\(#+\\) +\\(.*\\)$" 2 bold)
                    ("\\*\\*\\(.+?\\)\\*\\*" 1 bold)
                    ("\\[\\([^]\n]*[^]\n\\]\\)\\](\\([^)\n]*\\))" 1 nil)))
      (goto-char (point-min))
      (while (re-search-forward (car rule) nil t)
        (let ((inner (match-string (nth 1 rule))))
          (unless (or (get-text-property (match-beginning 0) 'covls-literal)
                      (and (< (match-end (nth 1 rule)) (match-end 0))
                           (get-text-property (1- (match-end 0)) 'covls-literal))
                      (eq (char-before (match-beginning 0)) ?\\))
            (when (nth 2 rule)
              (add-face-text-property 0 (length inner) (nth 2 rule) nil inner))
            (replace-match inner t t)))))
    (goto-char (point-min))
    (while (re-search-forward "\\\\\\([!-/:-@[-`{-~]\\)\\|&\\(?:lt\\|gt\\|amp\\);" nil t)
      (unless (get-text-property (match-beginning 0) 'covls-literal)
        (replace-match (apply #'propertize
                              (pcase (match-string-no-properties 0) ("&lt;" "<") ("&gt;" ">") ("&amp;" "&")
                                     (_ (match-string-no-properties 1)))
                              'covls-literal t (text-properties-at (match-beginning 0)))
                       t t)))
    (goto-char (point-min))
    (while (re-search-forward "[ \t]+$" nil t)
      (replace-match ""))
    (covls--align-tables)
    (remove-list-of-text-properties (point-min) (point-max) '(covls-literal))
    (buffer-string)))

(defun covls--markdown-code ()
  "Take the backticks around code in this buffer away, and mark it as literal.
Lines that begin with four spaces are literal, too."
  (goto-char (point-min))
  (while (re-search-forward "^    .*$\\|\\\\[!-~]\\|\\(`+\\)" nil t)
    (if (null (match-beginning 1))
        (when (eq (char-after (match-beginning 0)) ?\s)
          (put-text-property (match-beginning 0) (point) 'covls-literal t))
      (let* ((beg (match-beginning 1))
             (from (point))
             (fence (match-string 1))
             (row (eq (char-after (line-beginning-position)) ?|))
             (to (and (re-search-forward (format "[^`]\\(%s\\)\\(?:[^`]\\|$\\)" fence) (line-end-position) t)
                      (match-beginning 1)))
             (code (and to (buffer-substring from to))))
        (if (null to)
            (goto-char from)
          (when (string-match "\\` \\(.*[^ ].*\\) \\'" code)
            (setq code (match-string 1 code)))
          ;; In a cell of a table a bar has a backslash in code, too.
          (when row
            (setq code (string-replace "\\|" "|" code)))
          (delete-region beg (+ to (length fence)))
          (goto-char beg)
          (insert (propertize code 'face 'font-lock-constant-face 'covls-literal t)))))))

(defun covls--cells (row)
  "The cells of ROW, a line of a table: bars that are literal end none."
  (let ((row (string-trim row "|" "|[ \t]*"))
        (from 0)
        cells)
    (dotimes (at (length row))
      (when (and (eq (aref row at) ?|) (not (get-text-property at 'covls-literal row)))
        (push (string-trim (substring row from at)) cells)
        (setq from (1+ at))))
    (nreverse (cons (string-trim (substring row from)) cells))))

(defun covls--align-tables ()
  "Align the tables of Markdown in this buffer."
  (goto-char (point-min))
  (while (re-search-forward "^|" nil t)
    (let* ((beg (match-beginning 0))
           (end (progn (goto-char beg)
                       (while (and (eq (char-after) ?|) (zerop (forward-line 1))))
                       (copy-marker (point))))
           (rows (mapcar #'covls--cells (split-string (buffer-substring beg end) "\n" t)))
           (right (mapcar (lambda (cell) (string-match-p ":\\'" cell)) (nth 1 rows)))
           (widths (make-list (apply #'max (mapcar #'length rows)) 0)))
      (setq rows (cons (car rows) (nthcdr 2 rows)))
      (dolist (row rows)
        (cl-loop for cell in row for i from 0
                 do (setf (nth i widths) (max (nth i widths) (string-width cell)))))
      (delete-region beg end)
      (goto-char beg)
      (dolist (row rows)
        (let ((start (point)))
          (cl-loop for cell in row for i from 0
                   for pad = (make-string (- (nth i widths) (string-width cell)) ?\s)
                   do (insert (if (nth i right) (concat pad cell) (concat cell pad)) "  "))
          (delete-horizontal-space)
          (insert "\n")
          (when (eq row (car rows))
            (add-face-text-property start (1- (point)) 'underline))))
      (goto-char end))))


;;; The mode line

(defun covls--percent (summary)
  "The coverage of SUMMARY in words: cut to one decimal, so that 100 means all."
  (let ((covered (plist-get summary :covered))
        (total (plist-get summary :total)))
    (if (or (null summary) (eql total 0))
        "nothing to cover"
      (let ((tenths (/ (* 1000 covered) total)))
        (if (zerop (% tenths 10))
            (format "%d %%" (/ tenths 10))
          (format "%d.%d %%" (/ tenths 10) (% tenths 10)))))))

(defun covls--figure (status)
  "The coverage of STATUS in words."
  (let ((summary (plist-get status :summary))
        (other (plist-get status :other)))
    (if (and summary other)
        (mapconcat (lambda (s) (format "%s of %s" (covls--percent s) (plist-get s :unit))) (list summary other) ", ")
      (covls--percent (or summary other)))))

(defun covls-status-text (&optional connection)
  "Where things stand in the project of CONNECTION, or of this buffer, in words.
It is \"\" where there is no connection."
  (let* ((connection (or connection covls--connection))
         (status (and connection (covls--status connection))))
    (cond
     ((null connection) "")
     ((eq (covls--state connection) 'ended) "not running")
     ((null status) (if (eq (covls--state connection) 'starting) "starting" "reading"))
     (t
      (pcase (plist-get status :state)
        ("loading" "reading")
        ("empty" "no profile")
        ("broken" "unreadable profile")
        (_ (string-join
            (delq nil
                  (list (covls--figure status)
                        (let ((text (covls--get status :changed :text)))
                          (and text (not (string-empty-p text)) text))
                        (cond
                         ((covls--true (plist-get status :hidden)) "marks hidden")
                         ((covls--true (plist-get status :loading)) "reading")
                         ((seq-some (lambda (p) (or (plist-get p :trouble) (eql 0 (plist-get p :found))))
                                    (plist-get status :profiles))
                          "trouble")
                         ((> (or (plist-get status :unmeasured) 0) 0)
                          (format "%d not measured" (plist-get status :unmeasured)))
                         ((covls--true (plist-get status :stale)) "code has changed"))))
            ", ")))))))

(defun covls--status-details (connection)
  "What there is to say of CONNECTION beside its mode line."
  (let ((status (covls--status connection)))
    (string-join
     (delq nil
           (append
            (list (format "Coverage of %s: %s" (abbreviate-file-name (covls--root connection)) (covls-status-text connection))
                  (covls--progress connection)
                  (covls--get status :since_last_run :text)
                  (covls--get status :changed :why)
                  (when (> (or (plist-get status :unmeasured) 0) 0)
                    "Packages with tests have no coverage: did they fail?"))
            (mapcar (lambda (profile)
                      (concat (plist-get profile :path)
                              (let ((trouble (or (plist-get profile :trouble) (plist-get profile :text))))
                                (unless (string-empty-p trouble) (concat ": " trouble)))))
                    (seq-take (plist-get status :profiles) 10))
            (list "mouse-1: menu")))
     "\n")))

(defvar covls--mode-line-map
  (let ((map (make-sparse-keymap)))
    (define-key map [mode-line down-mouse-1] #'covls-popup-menu)
    map)
  "Keys of the mode line.")

(defun covls--mode-line ()
  "What the mode line says."
  (if (null covls--connection)
      " covls: not running"
    (concat " "
            (propertize (replace-regexp-in-string "%" "%%" (concat "covls: " (covls-status-text)) t t)
                        'help-echo (covls--status-details covls--connection)
                        'mouse-face 'mode-line-highlight
                        'local-map covls--mode-line-map))))


;;; Asking the server

(defun covls--plist (value)
  "VALUE with property lists and vectors in place of what lsp-mode reads JSON as."
  (cond
   ((hash-table-p value)
    (let (out)
      (maphash (lambda (key value) (push (intern (concat ":" key)) out) (push (covls--plist value) out)) value)
      (nreverse out)))
   ((vectorp value) (vconcat (mapcar #'covls--plist value)))
   ((and (consp value) (not (keywordp (car value)))) (vconcat (mapcar #'covls--plist value)))
   ((consp value) (cl-loop for (key value) on value by #'cddr append (list key (covls--plist value))))
   (t value)))

(defun covls--way ()
  "Whom to ask: a connection, or (lsp . WORKSPACE) or (eglot . SERVER)."
  (when (and covls--connection (eq (covls--state covls--connection) 'ended))
    ;; A list or a report is not told that its server was started again.
    (setq covls--connection (covls--running (covls--root covls--connection))))
  (cond
   (covls--connection (covls--await covls--connection))
   ((and (fboundp 'lsp-find-workspace) (bound-and-true-p lsp-mode) (lsp-find-workspace 'covls buffer-file-name))
    (cons 'lsp (lsp-find-workspace 'covls buffer-file-name)))
   ((and (fboundp 'eglot-current-server) (bound-and-true-p eglot--managed-mode) (eglot-current-server)
         ;; That of a server which is reached by a socket is no list.
         (string-match-p "covls" (format "%s" (process-command (jsonrpc--process (eglot-current-server))))))
    (cons 'eglot (eglot-current-server)))
   ((bound-and-true-p covls-mode)
    (user-error "The covls server has ended; M-x covls-restart starts it again"))
   ((let* ((here (file-truename default-directory))
           (connection (seq-find (lambda (c) (string-prefix-p (covls--root c) here)) covls--connections)))
      (and connection (covls--await connection))))
   ((and covls--connections (null (cdr covls--connections)) (null buffer-file-name))
    (covls--await (car covls--connections)))
   (buffer-file-name (user-error "No covls here: M-x covls-mode starts it"))
   (t (user-error "No covls here: M-x covls-mode in a file of the project starts it"))))

(defun covls--answer (ask cancel)
  "Have the function ASK ask something, wait for the answer, and return it.
ASK is called with a function for the answer and one for what went wrong.  Where
there is no answer in time, or the user does not wait, CANCEL is called."
  (let ((deadline (+ (float-time) covls-timeout))
        answer)
    (funcall ask
             (lambda (result) (setq answer (list t result)))
             (lambda (message) (setq answer (list nil message))))
    (unwind-protect
        (while (and (null answer) (< (float-time) deadline))
          (accept-process-output nil 0.02))
      (unless answer
        (funcall cancel)))
    (pcase answer
      (`(t ,result) result)
      (`(nil ,message) (user-error "%s" (covls--sentence message)))
      (_ (user-error "The covls server did not answer within %s seconds" covls-timeout)))))

;; What `jsonrpc-request' of Emacs 28 and `lsp-request' wait for ends them at once, and what was read together with it waits
;; for more to come, or is lost.
(defun covls--request (connection method params)
  "Ask CONNECTION for METHOD with PARAMS, and return the answer."
  (let (id)
    (covls--answer
     (lambda (done failed)
       (jsonrpc-async-request connection method params
                              :timeout nil
                              :success-fn done
                              :error-fn (lambda (problem) (funcall failed (plist-get problem :message))))
       (setq id (covls--last-id connection)))
     (lambda ()
       (when (jsonrpc-running-p connection)
         (jsonrpc-notify connection :$/cancelRequest (list :id id)))))))

(defun covls--lsp-request (workspace method params)
  "Ask WORKSPACE of lsp-mode for METHOD with PARAMS, and return the answer."
  (covls--answer
   (lambda (done failed)
     (let ((lsp--cur-workspace workspace))
       (lsp-request-async (substring (symbol-name method) 1) params
                          (lambda (result) (funcall done (covls--plist result)))
                          :error-handler (lambda (problem)
                                           (funcall failed (plist-get (covls--plist problem) :message)))
                          :mode 'detached)))
   #'ignore))

(defun covls--ask (method params)
  "Ask for METHOD with PARAMS, and return the answer."
  (let ((way (covls--way)))
    (condition-case problem
        (pcase way
          (`(lsp . ,workspace)
           (covls--lsp-request workspace method params))
          (`(eglot . ,server)
           (jsonrpc-request server method params :timeout covls-timeout :deferred method))
          (_
           (dolist (buffer (covls--buffers way))
             (covls--flush buffer))
           (covls--request way method params)))
      (jsonrpc-error
       (user-error "%s" (covls--sentence (or (alist-get 'jsonrpc-error-message (cddr problem))
                                             (alist-get 'jsonrpc-error-message (cdr problem))
                                             (error-message-string problem))))))))

(defun covls--sentence (text)
  "TEXT of the server as a message: it begins with whom it is of."
  (if (string-prefix-p "covls" text) text (concat "covls: " text)))

(defun covls--run (command &optional argument)
  "Run COMMAND of the server with ARGUMENT, and return the answer."
  (let ((covls--jumping t))
    (covls--ask :workspace/executeCommand
                (append (list :command command)
                        (when argument (list :arguments (vector argument)))))))

(defun covls--document ()
  "The document of this buffer, as a command takes it."
  (unless buffer-file-name
    (user-error "This buffer visits no file"))
  (list :textDocument (list :uri (or covls--uri (covls--path-to-uri buffer-file-name)))))

(defun covls--place ()
  "Where point is, as a command takes it."
  (append (covls--document) (list :position (covls--position))))

(defun covls--here ()
  "Where point is, or nil where this buffer visits no file."
  (and buffer-file-name (covls--place)))


;;; Jumps

(defun covls--push-mark ()
  "Keep where point is, for `xref-pop-marker-stack'."
  (xref-push-marker-stack (point-marker)))

(defun covls--visit (location &optional display)
  "Go to LOCATION, in the window that the function DISPLAY chooses for its buffer."
  (let* ((path (covls--uri-to-path (plist-get location :uri)))
         (range (plist-get location :range))
         (buffer (find-file-noselect path)))
    (with-current-buffer buffer
      (when (and (not (buffer-modified-p)) (not (verify-visited-file-modtime buffer)) (file-exists-p path))
        (revert-buffer t t t)))
    (funcall (or display #'pop-to-buffer-same-window) buffer)
    (when range
      (let ((at (car (covls--range range))))
        (unless (<= (point-min) at (point-max))
          (widen))
        (goto-char at)))
    (run-hooks 'xref-after-jump-hook)))

(defun covls--jump (from location none)
  "Go to LOCATION, and keep FROM as the place to come back to.
Where LOCATION is nil, say NONE, or what that returns if it is a function.  FROM
is made before the server is asked: other clients may go to the place before the
answer comes."
  (if (null location)
      (message "%s" (if (functionp none) (funcall none) none))
    (xref-push-marker-stack from)
    (covls--visit location)))

;;;###autoload
(defun covls-next-gap ()
  "Go to the next gap of this file.
A gap is a function that no test reaches, or a part of another that never ran."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.nextGap" (covls--place)) #'covls--none-here))

;;;###autoload
(defun covls-previous-gap ()
  "Go to the previous gap of this file."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.previousGap" (covls--place)) #'covls--none-here))

;;;###autoload
(defun covls-next-gap-in-project ()
  "Go from the gap at point to the one that is next by urgency."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.nextGapInWorkspace" (covls--here)) (covls--none "No gap in this project")))

;;;###autoload
(defun covls-most-urgent-gap ()
  "Go to the most urgent gap of the project."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.mostUrgentGap") (covls--none "No gap in this project")))

;;;###autoload
(defun covls-next-changed-gap ()
  "Go to the next gap of code that is new or has changed since the base."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.nextChangedGap" (covls--here)) (covls--none (covls--no-change))))

;;;###autoload
(defun covls-previous-changed-gap ()
  "Go to the previous gap of code that is new or has changed since the base."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.previousChangedGap" (covls--here)) (covls--none (covls--no-change))))

(defun covls--none (otherwise)
  "Why nothing was found: OTHERWISE, unless nothing can be."
  (if (member (and covls--connection (plist-get (covls--status covls--connection) :state)) '("empty" "broken"))
      (format "covls: %s; M-x covls-doctor says why" (covls-status-text))
    otherwise))

(defun covls--none-here ()
  "Why there is no gap in this file."
  (covls--none (if (covls--ask :covls/coverage (covls--document)) "No gap in this file" "No profile names this file")))

(defun covls--no-change ()
  "Why there is no gap of what changed."
  (let* ((changed (and covls--connection (plist-get (covls--status covls--connection) :changed)))
         (why (plist-get changed :why)))
    (cond (why (covls--sentence why))
          (changed (format "No gap in what changed since %s" (plist-get changed :base)))
          (t "No gap in what changed, or nobody knows what did: M-x covls-doctor says why"))))

;;;###autoload
(defun covls-next-unseen ()
  "Go to the next function that is new, or has changed, since the tests ran."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.nextUnseen" (covls--here)) (covls--none "No function is new or changed since the tests ran")))

;;;###autoload
(defun covls-go-to-tests ()
  "Go to the tests of the function at point.
Several are listed, the likeliest first."
  (interactive)
  (let ((from (point-marker))
        (places (append (covls--run "covls.goToTests" (covls--place)) nil)))
    (if (or (null places) (null (cdr places)))
        (covls--jump from (car places) "No test speaks of this function")
      (let ((items (mapcar #'covls--xref places)))
        (xref-push-marker-stack from)
        (funcall xref-show-xrefs-function (lambda () items)
                 (list (cons 'window (selected-window)) (cons 'display-action nil)))))))

(defun covls--xref (location)
  "LOCATION for a list of xref."
  (let* ((path (covls--uri-to-path (plist-get location :uri)))
         (start (covls--get location :range :start))
         (line (plist-get start :line)))
    (xref-make (with-temp-buffer
                 (insert-file-contents path)
                 (forward-line line)
                 (string-trim (buffer-substring (point) (line-end-position))))
               (xref-make-file-location path (1+ line) (plist-get start :character)))))


;;; Documents of the server

(defvar-local covls--redo nil
  "What makes this buffer again.")

(define-derived-mode covls-document-mode special-mode "Covls"
  "A mode for what covls has to say."
  (setq-local revert-buffer-function (lambda (&rest _) (funcall covls--redo)))
  (setq truncate-lines nil)
  (visual-line-mode 1))

(defun covls--show (name text redo &optional more)
  "Show TEXT, which is Markdown, in the buffer NAME, and have REDO make it again.
MORE inserts what follows."
  (let ((way covls--connection)
        (here default-directory))
    (with-current-buffer (get-buffer-create name)
      (let ((inhibit-read-only t)
            (at (point)))
        (erase-buffer)
        (insert (covls--markdown text))
        (when more
          (funcall more))
        (covls-document-mode)
        (setq covls--connection way covls--redo redo default-directory here)
        (set-buffer-modified-p nil)
        (goto-char (min at (point-max))))
      (display-buffer (current-buffer)))))

(defun covls--again (buffer command)
  "A function that runs COMMAND in BUFFER, where that lives."
  (lambda ()
    (if (buffer-live-p buffer)
        (with-current-buffer buffer
          (funcall command))
      (user-error "The buffer that this was of is gone"))))

;;;###autoload
(defun covls-report ()
  "Show the report: totals, tiers and a plan."
  (interactive)
  (covls--show "*covls report*" (plist-get (covls--run "covls.showReport") :content)
               (covls--again (current-buffer) #'covls-report)))

;;;###autoload
(defun covls-explain ()
  "Show the sum behind the tier of this file."
  (interactive)
  (let ((text (covls--run "covls.explain" (covls--document))))
    (if text
        (covls--show "*covls explain*" text (covls--again (current-buffer) #'covls-explain))
      (message "No profile names this file"))))

;;;###autoload
(defun covls-doctor ()
  "Show why something is shown or not, and what would help."
  (interactive)
  (let* ((answer (covls--run "covls.doctor"))
         (fixes (and (listp answer) (plist-get answer :fixes)))
         (way covls--connection))
    (covls--show "*covls doctor*" (if (stringp answer) answer (plist-get answer :content))
                 (covls--again (current-buffer) #'covls-doctor)
                 (lambda ()
                   (seq-doseq (fix fixes)
                     (insert "\n")
                     (insert-text-button (plist-get fix :title)
                                         'action (lambda (_)
                                                   (when (y-or-n-p (concat (plist-get fix :title) "? "))
                                                     (let ((covls--connection way))
                                                       (covls--run "covls.addPathMapping"
                                                                   (append (list :confirmed t) fix)))
                                                     (message "Written; the profile is read again")))))))))

;;;###autoload
(defun covls-since-last-run ()
  "List which functions the last runs of the tests covered and lost."
  (interactive)
  (let ((runs (append (plist-get (covls--run "covls.sinceLastRun") :runs) nil)))
    (if (null runs)
        (message "No run of this session has covered or lost a function")
      (covls--show "*covls runs*" "" (covls--again (current-buffer) #'covls-since-last-run)
                   (lambda ()
                     (dolist (run runs)
                       (insert (propertize (plist-get run :text) 'face 'bold) "\n")
                       (covls--insert-functions "covered" (plist-get run :covered_functions))
                       (covls--insert-functions "lost" (plist-get run :lost_functions))
                       (insert "\n")))))))

(defun covls--insert-functions (word functions)
  "Insert FUNCTIONS, each behind WORD, as buttons."
  (seq-doseq (function functions)
    (let ((line (plist-get function :line)))
      (insert (format "  %-8s" word))
      (insert-text-button
       (format "%s:%d" (plist-get function :path) (1+ line))
       'action (lambda (_)
                 (covls--push-mark)
                 (covls--visit (list :uri (plist-get function :uri)
                                     :range (list :start (list :line line :character 0) :end (list :line line :character 0)))
                               #'pop-to-buffer)))
      (insert (format "  %s, %d of %d, was %d\n" (plist-get function :name)
                      (plist-get function :now) (plist-get function :total) (plist-get function :was))))))


;;; The list of gaps

(defvar-local covls--scope nil
  "What is asked for by covls/gaps in this list.")

(defvar-local covls--source nil
  "The buffer that this list was asked for in.")

(defvar covls-gaps-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "RET") #'covls-gaps-visit)
    (define-key map [mouse-2] #'covls-gaps-visit)
    (define-key map "o" #'covls-gaps-show)
    (define-key map (kbd "C-o") #'covls-gaps-show)
    (define-key map "a" #'covls-gaps-toggle-parts)
    (define-key map "c" #'covls-gaps-toggle-changed)
    map)
  "Keys of a list of gaps.")

(define-derived-mode covls-gaps-mode tabulated-list-mode "Covls gaps"
  "A list of gaps, the most urgent first.
\\<covls-gaps-mode-map>\\[covls-gaps-visit] goes to the gap at point, \\[covls-gaps-show] shows it in another window, and
\\[next-error] goes through them; \\[next-line] and \\[previous-line] move in the list alone.
\\[covls-gaps-toggle-parts] lists parts that never ran of functions that did, too,
and \\[covls-gaps-toggle-changed] what changed alone."
  (setq tabulated-list-format [("" 4 covls--by-order :right-align t) ("Tier" 9 t) ("Place" 36 t) ("Gap" 0 t)]
        tabulated-list-padding 1
        next-error-function #'covls--next-error)
  (add-hook 'tabulated-list-revert-hook #'covls--list-refresh nil t)
  (tabulated-list-init-header))

(defun covls--by-order (a b)
  "Whether the entry A comes before B."
  (< (string-to-number (aref (cadr a) 0)) (string-to-number (aref (cadr b) 0))))

;;;###autoload
(defun covls-list-gaps (&optional here)
  "List the gaps of the project, the most urgent first.
With a prefix argument, HERE, list all of this file, in its order."
  (interactive "P")
  (let* ((scope (if here (covls--document) covls--nothing))
         (source (current-buffer))
         (connection covls--connection)
         (name (if here (format "*covls gaps of %s*" (buffer-name)) "*covls gaps*"))
         (directory (if connection (covls--root connection) default-directory)))
    (with-current-buffer (get-buffer-create name)
      (covls-gaps-mode)
      (setq covls--scope scope covls--source source covls--connection connection default-directory directory)
      (covls--list-refresh)
      (tabulated-list-print)
      (goto-char (point-min))
      (setq next-error-last-buffer (current-buffer))
      (pop-to-buffer (current-buffer)))))

(defun covls--list-refresh ()
  "Ask for the gaps of this list."
  (let* ((scope covls--scope)
         (source covls--source)
         (answer (if (or covls--connection (not (buffer-live-p source)))
                     (covls--ask :covls/gaps scope)
                   (with-current-buffer source
                     (covls--ask :covls/gaps scope))))
         (count 0)
         entries)
    (seq-doseq (component (plist-get answer :components))
      (seq-doseq (tier (plist-get component :tiers))
        (seq-doseq (file (plist-get tier :files))
          (seq-doseq (gap (plist-get file :gaps))
            (push (covls--list-entry component file gap (cl-incf count)) entries)))))
    (seq-doseq (package (plist-get answer :unmeasured))
      (push (list (list :uri (plist-get package :uri))
                  (vector "" "" (plist-get package :path) (plist-get package :message)))
            entries))
    (setq tabulated-list-entries
          (sort (nreverse entries)
                (lambda (a b) (< (or (plist-get (car a) :order) most-positive-fixnum)
                                 (or (plist-get (car b) :order) most-positive-fixnum)))))
    (message "%s%s"
             (pcase count
               (0 (cond ((hash-table-p scope) (covls--none "No gap"))
                        ((plist-get scope :scope) (covls--none (covls--no-change)))
                        ((and (plist-get scope :textDocument) (buffer-live-p source))
                         (with-current-buffer source
                           (covls--none-here)))
                        (t (covls--none "No gap"))))
               (1 "1 gap")
               (_ (format "%d gaps" count)))
             (if (plist-get answer :left) (concat "; " (plist-get answer :left)) ""))))

(defun covls--list-entry (component file gap count)
  "The row of GAP in FILE of COMPONENT, the COUNT-th of the answer."
  (let ((order (if (eql 0 (plist-get gap :order)) count (plist-get gap :order)))
        (change (plist-get gap :change))
        (when (plist-get gap :when)))
    (list (list :uri (plist-get file :uri) :id (plist-get gap :id) :line (plist-get gap :line)
                :range (plist-get gap :range) :order order)
          (vector (number-to-string order)
                  (plist-get file :tier)
                  (propertize (format "%s:%d" (plist-get file :path) (1+ (plist-get gap :line)))
                              'face 'link 'mouse-face 'highlight)
                  (concat (plist-get gap :message)
                          (unless (string-empty-p when) (concat ", " when))
                          (unless (string-empty-p change) (format " [%s]" change))
                          (unless (string-empty-p (plist-get component :name))
                            (format " (%s)" (plist-get component :name))))))))

(defun covls--list-location ()
  "The location of the gap at point, by the text that there is now."
  (let ((gap (tabulated-list-get-id)))
    (unless gap
      (user-error "No gap here"))
    (unless (plist-get gap :uri)
      (user-error "This file is not on this disk"))
    (if (null (plist-get gap :id))
        (list :uri (plist-get gap :uri))
      (let ((place (list :textDocument (list :uri (plist-get gap :uri))
                         :position (list :line (plist-get gap :line) :character 0)
                         :gap (plist-get gap :id))))
        (or (if (or covls--connection (not (buffer-live-p covls--source)))
                (covls--run "covls.nextGap" place)
              (with-current-buffer covls--source
                (covls--run "covls.nextGap" place)))
            (user-error "There is no gap any more"))))))

(defun covls-gaps-visit (&optional event)
  "Go to the gap at point, or at the click EVENT."
  (interactive (list last-nonmenu-event))
  (when (mouse-event-p event)
    (mouse-set-point event))
  (let ((location (covls--list-location)))
    (covls--push-mark)
    (covls--visit location #'pop-to-buffer)))

(defun covls-gaps-show ()
  "Show the gap at point in another window."
  (interactive)
  (let ((location (covls--list-location)))
    (save-selected-window
      (covls--visit location #'switch-to-buffer-other-window))))

(defun covls--next-error (n reset)
  "Go N gaps on in the list; from its start where RESET is non-nil."
  (when reset
    (goto-char (point-min))
    (when (> n 0)
      (cl-decf n)))
  (unless (zerop (forward-line n))
    (user-error "No more gaps"))
  (unless (tabulated-list-get-id)
    (user-error "No more gaps"))
  (when-let ((window (get-buffer-window)))
    (set-window-point window (point)))
  (let ((location (covls--list-location)))
    (covls--visit location #'pop-to-buffer)))

(defun covls--toggle-key (key value)
  "Have the list ask with KEY as VALUE, or without it, and make it again."
  (let ((scope (if (hash-table-p covls--scope) nil (copy-sequence covls--scope))))
    (setq scope (if (plist-get scope key)
                    (cl-loop for (k v) on scope by #'cddr unless (eq k key) append (list k v))
                  (append scope (list key value))))
    (setq covls--scope (or scope covls--nothing))
    (revert-buffer)))

(defun covls-gaps-toggle-parts ()
  "List parts that never ran of functions that did, or leave them out."
  (interactive)
  (covls--toggle-key :stretches t))

(defun covls-gaps-toggle-changed ()
  "List only gaps of what changed since the base, or all."
  (interactive)
  (covls--toggle-key :scope "changed"))


;;; What else there is to do

;;;###autoload
(defun covls-toggle ()
  "Hide all marks of the project, or show them again."
  (interactive)
  (message (if (covls--true (plist-get (covls--run "covls.toggle") :hidden)) "All marks are hidden" "Marks are shown")))

;;;###autoload
(defun covls-reload ()
  "Read settings and profiles of the project again."
  (interactive)
  (let ((n (plist-get (covls--run "covls.reload") :profiles)))
    (message "Read %d profile%s" n (if (eql n 1) "" "s"))))

;;;###autoload
(defun covls-restart ()
  "Start the server of this project again."
  (interactive)
  (let* ((root (cond (covls--connection (covls--root covls--connection))
                     ((bound-and-true-p covls-mode) (covls--project))
                     (t (user-error "No covls here: M-x covls-mode starts it"))))
         (connection (covls--running root))
         (buffers (and connection (covls--buffers connection))))
    (when connection
      (covls--end connection))
    (dolist (buffer buffers)
      (when (buffer-live-p buffer)
        (with-current-buffer buffer
          (covls--forget)
          (setq covls--connection nil))))
    ;; Others may have lost a server that ended by itself.
    (covls--reconnect (seq-filter (lambda (buffer)
                                    (with-current-buffer buffer
                                      (and (bound-and-true-p covls-mode) buffer-file-name (null covls--connection)
                                           (equal root (covls--project)))))
                                  (buffer-list)))))

;;;###autoload
(defun covls-init ()
  "Write a .covls.toml with everything in it, as comments."
  (interactive)
  (let* ((from (point-marker))
         (at (or (covls--run "covls.createConfiguration" (append (and buffer-file-name
                                                                      (list :uri (plist-get (plist-get (covls--document) :textDocument) :uri)))
                                                                 (list :confirmed t))))))
    (covls--jump from at "Nothing was written")))

(defconst covls--rules
  (append
   (cl-loop for (word key) in '(("always" :tier) ("at least" :at_least) ("at most" :at_most))
            append (cl-loop for tier in '("critical" "high" "medium" "lower")
                            collect (list (format "%s %s" word tier) key tier)))
   '(("a target of its own" :target ask) ("left out of coverage" :exclude t)))
  "What a rule can say.")

;;;###autoload
(defun covls-add-rule (uri rule)
  "Add RULE to .covls.toml, for the file or folder of URI."
  (interactive (covls--read-rule))
  (covls--jump (point-marker) (covls--run "covls.addRule" (list :uri uri :rule rule :confirmed t)) "Nothing was written"))

(defun covls--read-rule ()
  "Ask for a rule for this file or its folder."
  (let* ((uri (covls--get (covls--document) :textDocument :uri))
         (file (format "the file %s" (file-name-nondirectory buffer-file-name)))
         (folder (format "the folder %s" (abbreviate-file-name default-directory)))
         (whose (completing-read "A rule for: " (list file folder) nil t nil nil file))
         (rule (cdr (assoc (completing-read "It is: " (mapcar #'car covls--rules) nil t) covls--rules)))
         (value (if (eq (cadr rule) 'ask) (read-number "Target in percent: ") (cadr rule)))
         (why (read-string "Why (for people): ")))
    (list (if (equal whose folder) (covls--path-to-uri default-directory) uri)
          (append (list (car rule) value)
                  (unless (string-empty-p why) (list :why why))))))

;;;###autoload
(defun covls-create-test ()
  "Write a test for the function at point, where it belongs.
It fails until it is filled in, and is not saved."
  (interactive)
  (covls--jump (point-marker) (covls--run "covls.createTest" (covls--place)) "No test was written"))

;;;###autoload
(defun covls-pick-base (base)
  "Compare changes with BASE, a branch, tag or commit, for the rest of the session.
\"\" is what the settings say."
  (interactive
   (let* ((answer (covls--run "covls.pickBase"))
          (names (append (plist-get answer :branches) (plist-get answer :tags) nil)))
     (list (completing-read (format "Compare with (now %s, empty for the default): " (covls--base answer)) names))))
  (message "Changes are compared with %s" (covls--base (covls--run "covls.setBase" (list :base base)))))

(defun covls--base (answer)
  "What ANSWER says that changes are compared with."
  (let ((base (plist-get answer :base)))
    (if (string-empty-p base) "the default" base)))

(defun covls--visible (line)
  "LINE, a command line of others, with what hides or moves a part of it made visible."
  (mapconcat (lambda (c)
               (if (memq (get-char-code-property c 'general-category) '(Cc Cf Zl Zp))
                   (format "\\u%04x" c)
                 (string c)))
             line ""))

(defun covls--unsaved (dir)
  "Say how many files below DIR were edited and not saved, which a run would not see."
  (let ((n (seq-count (lambda (buffer)
                        (let ((file (buffer-file-name buffer)))
                          ;; For one of another machine, that would be asked.
                          (and file (buffer-modified-p buffer) (not (file-remote-p file))
                               (file-in-directory-p file dir))))
                      (buffer-list))))
    (cond ((= n 0) "") ((= n 1) ", with 1 file not saved") (t (format ", with %d files not saved" n)))))

;;;###autoload
(defun covls-run ()
  "Run the tests of this project with coverage.\nThe command line is shown first."
  (interactive)
  (let* ((way covls--connection)
         (command (covls--run "covls.runCommand" (and buffer-file-name (covls--document)))))
    (unless command
      (user-error "No command that runs these tests is known: set `run.command' in .covls.toml"))
    (let* ((default-directory (file-name-as-directory (covls--uri-to-path (plist-get command :cwd))))
           (line (or (plist-get command :own) (plist-get command :command)))
           (lacks (plist-get command :lacks))
           (install (plist-get command :install)))
      (cond
       ((and lacks install)
        (if (y-or-n-p (format "%s  Run `%s' in %s first? " lacks install (abbreviate-file-name default-directory)))
            (compilation-start install nil (lambda (_) "*covls install*"))
          (message "Nothing was run: %s" lacks)))
       (lacks (user-error "%s" (covls--sentence lacks)))
       ((y-or-n-p (format "Run `%s' in %s%s? " (covls--visible line) (abbreviate-file-name default-directory) (covls--unsaved default-directory)))
        (when (plist-get command :own)
          (make-directory ".covls" t)
          (unless (file-exists-p ".covls/.gitignore")
            (write-region "*\n" nil ".covls/.gitignore" nil 'silent)))
        (with-current-buffer (compilation-start line nil (lambda (_) "*covls tests*"))
          (setq covls--connection way)
          (current-buffer)))
       (t (message "Nothing was run"))))))

;;;###autoload
(defun covls-code-action (beg end)
  "Choose one of the actions of covls for the text from BEG to END, or at point."
  (interactive (if (use-region-p) (list (region-beginning) (region-end)) (list (point) (point))))
  (let* ((here (list :start (covls--position beg) :end (covls--position end)))
         (diagnostics (seq-filter (lambda (d)
                                    (let ((bounds (covls--range (plist-get d :range))))
                                      (and (<= (car bounds) end) (<= beg (cdr bounds)))))
                                  covls--diagnostics))
         (actions (append (covls--ask :textDocument/codeAction
                                      (append (covls--document)
                                              (list :range here
                                                    :context (list :diagnostics (vconcat diagnostics) :triggerKind 1))))
                          nil)))
    (unless actions
      (user-error "No action of covls here"))
    (let* ((titles (mapcar (lambda (action) (plist-get action :title)) actions))
           (title (completing-read "Action: "
                                   (lambda (string predicate what)
                                     ;; They come in an order that is meant.
                                     (if (eq what 'metadata)
                                         '(metadata (display-sort-function . identity) (cycle-sort-function . identity))
                                       (complete-with-action what titles string predicate)))
                                   nil t nil nil (car titles))))
      (covls--take-action (seq-find (lambda (action) (equal title (plist-get action :title))) actions)))))

(defun covls--take-action (action)
  "Do what ACTION, a Command or a CodeAction, says."
  (let ((command (plist-get action :command)))
    (if (stringp command)
        (covls--take-command action)
      (when (and (null command) (null (plist-get action :edit)) (plist-get action :data))
        (setq action (covls--ask :codeAction/resolve action)
              command (plist-get action :command)))
      (when-let ((edit (plist-get action :edit)))
        (let ((result (covls--apply-edit edit)))
          (unless (eq t (plist-get result :applied))
            (user-error "Not done: %s" (plist-get result :failureReason)))))
      (when command
        (covls--take-command command)))))

(defun covls--take-command (command)
  "Do what COMMAND says, in this buffer."
  (let* ((name (plist-get command :command))
         (own (cdr (assoc name '(("covls.runTests" . covls-run) ("covls.goToTests" . covls-go-to-tests)
                                 ("covls.showReport" . covls-report) ("covls.doctor" . covls-doctor)
                                 ("covls.explain" . covls-explain) ("covls.sinceLastRun" . covls-since-last-run)))))
         (arguments (plist-get command :arguments))
         (from (point-marker)))
    (if own
        (funcall own)
      ;; covls asks before it writes a file, and that question must not wait for this answer.
      (let* ((asks (member name '("covls.addPathMapping" "covls.addRule" "covls.createConfiguration")))
             (result (if asks
                         (covls--run-asking name arguments)
                       (covls--run name (and (> (length arguments) 0) (aref arguments 0))))))
        (when (and (not asks) (plist-get result :uri) (plist-get result :range))
          (covls--jump from result nil))))))

(defun covls--run-asking (name arguments)
  "Run the command NAME with ARGUMENTS without waiting, as it asks something first."
  (let ((params (list :command name :arguments (or arguments [])))
        (done (lambda (_) (message "Written")))
        (failed (lambda (problem) (message "%s" (covls--sentence (plist-get (covls--plist problem) :message))))))
    (pcase (covls--way)
      (`(lsp . ,workspace)
       (let ((lsp--cur-workspace workspace))
         (lsp-request-async "workspace/executeCommand" params done :error-handler failed :mode 'detached)))
      ((or `(eglot . ,connection) connection)
       (jsonrpc-async-request connection :workspace/executeCommand params
                              :timeout 600 :success-fn done :error-fn failed :timeout-fn #'ignore))))
  nil)


;;; Keys and menu

(defvar covls-command-map
  (let ((map (make-sparse-keymap)))
    (pcase-dolist (`(,key . ,command)
                   '(("n" . covls-next-gap) ("p" . covls-previous-gap) ("u" . covls-most-urgent-gap)
                     ("N" . covls-next-gap-in-project) ("c" . covls-next-changed-gap)
                     ("C" . covls-previous-changed-gap) ("s" . covls-next-unseen) ("l" . covls-list-gaps)
                     ("a" . covls-code-action) ("t" . covls-create-test) ("T" . covls-go-to-tests)
                     ("r" . covls-run) ("R" . covls-report) ("e" . covls-explain) ("d" . covls-doctor)
                     ("w" . covls-since-last-run) ("b" . covls-pick-base) ("h" . covls-toggle) ("g" . covls-reload)
                     ("+" . covls-add-rule) ("i" . covls-init)))
      (define-key map key command))
    map)
  "All commands, to be bound to a prefix of yours.")

;;;###autoload (autoload 'covls-command-map "covls" nil t 'keymap)
(fset 'covls-command-map covls-command-map)

(defvar covls-mode-map (make-sparse-keymap)
  "The keymap of `covls-mode'; it binds no keys.")

(easy-menu-define covls-menu covls-mode-map
  "The menu of `covls-mode'."
  '("Covls"
    ["Next Gap" covls-next-gap]
    ["Previous Gap" covls-previous-gap]
    ["Most Urgent Gap" covls-most-urgent-gap]
    ["Next Gap in the Project" covls-next-gap-in-project]
    ["Next Changed Gap" covls-next-changed-gap]
    ["Next New or Changed Function" covls-next-unseen]
    ["List Gaps" covls-list-gaps]
    "--"
    ["Actions Here..." covls-code-action]
    ["Create Test" covls-create-test]
    ["Go to Tests" covls-go-to-tests]
    ["Run Tests with Coverage..." covls-run]
    "--"
    ["Report" covls-report]
    ["Explain This File" covls-explain]
    ["Since the Last Run" covls-since-last-run]
    ["Doctor" covls-doctor]
    "--"
    ["Hide or Show Marks" covls-toggle]
    ["Add a Rule..." covls-add-rule]
    ["Pick Base..." covls-pick-base]
    ["Write .covls.toml" covls-init]
    ["Reload Profiles" covls-reload]
    ["Restart Server" covls-restart]))

(defun covls-popup-menu (event)
  "Show the menu of covls at the click EVENT."
  (interactive "e")
  (with-selected-window (posn-window (event-start event))
    (popup-menu covls-menu event)))


;;; Modes

;;;###autoload
(define-minor-mode covls-mode
  "Show what no test reaches in this buffer."
  :lighter (:eval (covls--mode-line))
  :keymap covls-mode-map
  (if covls-mode
      (condition-case problem
          (progn
            (unless buffer-file-name
              (user-error "This buffer visits no file"))
            (when (file-remote-p buffer-file-name)
              (user-error "The covls server does not reach files of other machines"))
            (covls--connect)
            (add-hook 'before-change-functions #'covls--before-change nil t)
            (add-hook 'after-change-functions #'covls--after-change nil t)
            (add-hook 'after-save-hook #'covls--saved nil t)
            (add-hook 'after-set-visited-file-name-hook #'covls--renamed nil t)
            (add-hook 'kill-buffer-hook #'covls--off nil t)
            (add-hook 'change-major-mode-hook #'covls--off nil t)
            (add-hook 'window-buffer-change-functions #'covls--shown nil t)
            (add-hook 'clone-indirect-buffer-hook #'covls--cloned nil t)
            (covls--join))
        (error
         (setq covls-mode nil)
         (signal (car problem) (cdr problem))))
    (remove-hook 'before-change-functions #'covls--before-change t)
    (remove-hook 'after-change-functions #'covls--after-change t)
    (remove-hook 'after-save-hook #'covls--saved t)
    (remove-hook 'after-set-visited-file-name-hook #'covls--renamed t)
    (remove-hook 'kill-buffer-hook #'covls--off t)
    (remove-hook 'change-major-mode-hook #'covls--off t)
    (remove-hook 'window-buffer-change-functions #'covls--shown t)
    (remove-hook 'clone-indirect-buffer-hook #'covls--cloned t)
    (when (buffer-base-buffer)
      (covls--disown))
    (covls--leave)
    (covls--fit-margin)
    (remove-hook 'flymake-diagnostic-functions #'covls-flymake-backend t)
    (remove-hook 'eldoc-documentation-functions #'covls-eldoc-function t)
    (setq covls--report-function nil)))

(defun covls--off ()
  "Turn off `covls-mode' in this buffer."
  (covls-mode -1))

(defun covls--cloned ()
  "Have this buffer, the clone of another, say what is edited, and no more.
Emacs calls the hooks of the buffer alone in which it is edited."
  (covls-mode -1)
  (add-hook 'before-change-functions #'covls--before-change nil t)
  (add-hook 'after-change-functions #'covls--after-change nil t))

(defun covls--disown ()
  "Forget what this buffer, which is the clone of another, has of that.
The document in the server, the bars, the timer and what Flymake takes are the
other's.  The clone has copies of the overlays."
  (mapc #'kill-local-variable
        '(covls--connection covls--uri covls--changes covls--before covls--timer covls--asked
          covls--diagnostics covls--report-function covls--overlays covls--coverage))
  (dolist (overlay (overlays-in (point-min) (point-max)))
    (when (overlay-get overlay 'covls)
      (delete-overlay overlay))))

(defvar covls--warned nil
  "Whether the user knows that the program is missing.")

(defun covls--turn-on ()
  "Turn on `covls-mode' where this buffer visits a source file of a project."
  (when (and buffer-file-name
             (not (file-remote-p buffer-file-name))
             (not (bound-and-true-p covls-mode))
             (covls--language-id)
             (funcall covls-root-function))
    (cond ((executable-find (car covls-command)) (covls-mode 1))
          ((not covls--warned)
           (setq covls--warned t)
           (message "The program `%s' is not on `exec-path': install covls, or set `covls-command'" (car covls-command))))))

;;;###autoload
(define-globalized-minor-mode global-covls-mode covls-mode covls--turn-on
  :group 'covls)

;; It finds those alone that are defined by now.
(eldoc-add-command-completions "covls-next-" "covls-previous-" "covls-most-" "covls-go-to-")


;;; By the connection of others

(defun covls--keep-messages (take &rest args)
  "Have lsp-mode take in a message by TAKE with ARGS, and those behind it, too.
Who waits for an answer is woken by a throw, which goes through the filter of
the process: what was read together with the answer would be lost, as
diagnostics are.  That is issue 4323 of lsp-mode."
  (let ((thrown t))
    (catch 'lsp-done
      (apply take args)
      (setq thrown nil))
    (when thrown
      ;; Nobody may wait any more.
      (run-at-time 0 nil (lambda () (ignore-errors (throw 'lsp-done nil)))))))

(defun covls--report-all (report &rest args)
  "Have lsp-mode tell Flymake by REPORT with ARGS what all servers say.
Else it tells what the one says whose message has come, and the others' marks
go.  That is issue 2808 of lsp-mode."
  (let ((lsp--cur-workspace nil))
    (apply report args)))

(defun covls--report-elsewhere (_workspace params)
  "Have lsp-mode tell Flymake of the diagnostics PARAMS of a buffer that is not current."
  (let* ((uri (if (hash-table-p params) (gethash "uri" params) (plist-get params :uri)))
         (buffer (and (string-prefix-p "file://" uri) (find-buffer-visiting (covls--uri-to-path uri)))))
    (unless (memq buffer (list nil (current-buffer)))
      (with-current-buffer buffer
        (when (memq 'lsp-diagnostics--flymake-after-diagnostics (bound-and-true-p lsp-diagnostics-updated-hook))
          (lsp-diagnostics--flymake-after-diagnostics))))))

;;;###autoload
(defun covls-lsp-mode-setup ()
  "Have lsp-mode start covls beside the other servers of a buffer.
It shows diagnostics, lenses and actions, and the jumps of this file use its
connection.  Bars and the mode line are those of `covls-mode', which is not
needed then."
  (require 'lsp-mode)
  (advice-add 'lsp--parser-on-message :around #'covls--keep-messages)
  (advice-add 'lsp-diagnostics--flymake-update-diagnostics :around #'covls--report-all)
  (advice-add 'lsp--on-diagnostics :after #'covls--report-elsewhere)
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection (lambda () covls-command))
    :activation-fn (lambda (_file mode) (assq mode covls-language-ids))
    :server-id 'covls
    :add-on? t
    :priority -10
    :initialization-options (lambda () (or covls-settings covls--nothing))
    :custom-capabilities '((experimental . ((covls . ((status . :json-false) (documents . t) (runTests . t))))))
    :notification-handlers
    (let ((handlers (make-hash-table :test #'equal)))
      (dolist (name '("covls/status" "covls/sinceLastRun") handlers)
        (puthash name #'ignore handlers)))
    :action-handlers
    (let ((handlers (make-hash-table :test #'equal)))
      (dolist (name '("covls.nextGap" "covls.previousGap" "covls.mostUrgentGap" "covls.nextGapInWorkspace"
                      "covls.nextUnseen" "covls.nextChangedGap" "covls.previousChangedGap" "covls.createTest"
                      "covls.goToTests" "covls.showReport" "covls.doctor" "covls.explain" "covls.runTests"
                      "covls.sinceLastRun"))
        (puthash name (lambda (action) (covls--take-command (covls--plist action))) handlers))
      handlers))))

;;;###autoload
(defun covls-eglot-setup (&rest modes)
  "Have Eglot start covls in MODES, such as `go-mode', in place of another server.
Eglot has one server for each mode, so that this takes the place of gopls and
the like, and Eglot shows neither lenses nor bars.  Diagnostics, hover and
actions are there, and the jumps of this file use its connection.  To have covls
beside another server of Eglot, turn on `covls-mode' instead."
  (require 'eglot)
  (add-to-list 'eglot-server-programs (cons modes covls-command)))

(provide 'covls)

;; Local Variables:
;; indent-tabs-mode: nil
;; checkdoc-verb-check-experimental-flag: nil
;; fill-column: 120
;; End:

;;; covls.el ends here
