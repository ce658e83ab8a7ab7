;;; covls-test.el --- Tests of covls.el  -*- lexical-binding: t; -*-

;;; Commentary:

;; emacs -Q --batch -L .. -l covls-test.el -f ert-run-tests-batch-and-exit

;;; Code:

(require 'cl-lib)
(require 'covls)
(require 'ert)

(defun covls-test-units (text)
  "TEXT as units of UTF-16."
  (append (encode-coding-string text 'utf-16be t) nil))

(defun covls-test-offset (lines position)
  "Where POSITION is in the text of LINES, in characters."
  (let* ((line (nth (plist-get position :line) lines))
         (bytes (* 2 (plist-get position :character)))
         (before (substring (encode-coding-string line 'utf-16be t) 0 bytes)))
    (+ (cl-loop for l in (seq-take lines (plist-get position :line)) sum (1+ (length l)))
       (length (decode-coding-string before 'utf-16be)))))

(defun covls-test-apply (text change)
  "TEXT after CHANGE, as a server makes it."
  (let ((range (plist-get change :range)))
    (if (null range)
        (plist-get change :text)
      (let* ((lines (split-string text "\n"))
             (beg (covls-test-offset lines (plist-get range :start)))
             (end (covls-test-offset lines (plist-get range :end))))
        (concat (substring text 0 beg) (plist-get change :text) (substring text end))))))

(defmacro covls-test-open (text &rest body)
  "Do BODY in a buffer with TEXT that is open in a server which keeps what it is told in `told'.
What the server then has of the text is `theirs'."
  (declare (indent 1))
  `(with-temp-buffer
     (let (told theirs)
       (cl-letf (((symbol-function 'jsonrpc-notify)
                  (lambda (_ method params)
                    (push (cons method params) told)
                    (pcase method
                      (:textDocument/didOpen (setq theirs (covls--get params :textDocument :text)))
                      (:textDocument/didChange
                       (seq-doseq (change (plist-get params :contentChanges))
                         (setq theirs (covls-test-apply theirs change)))))))
                 ((symbol-function 'covls--ask-marks) #'ignore)
                 ((symbol-function 'covls--state) (lambda (_) 'ready)))
         (insert ,text)
         (setq buffer-file-name "/nowhere/a.go"
               covls--connection 'fake)
         (add-hook 'before-change-functions #'covls--before-change nil t)
         (add-hook 'after-change-functions #'covls--after-change nil t)
         (covls--open)
         (unwind-protect
             (progn ,@body)
           (set-buffer-modified-p nil)
           (setq buffer-file-name nil covls--connection nil))))))

(ert-deftest covls-test-positions ()
  "Columns are those of UTF-16, both ways."
  (pcase-dolist (`(,text ,at ,line ,column)
                 '(("abc" 1 0 0) ("abc" 4 0 3) ("a\nbc" 4 1 1) ("𝔘x" 2 0 2) ("𝔘x" 3 0 3) ("ä€𝔘\n𝔘𝔘x" 7 1 4) ("" 1 0 0)
                   ("a\n" 3 1 0)))
    (with-temp-buffer
      (insert text)
      (let ((position (list :line line :character column)))
        (should (equal (covls--position at) position))
        (should (equal (covls--point position) at))
        (narrow-to-region (point-max) (point-max))
        (should (equal (covls--position at) position)))))
  (with-temp-buffer
    (insert "ab\nc")
    (should (equal (covls--point '(:line 0 :character 99)) 3))
    (should (equal (covls--point '(:line 9 :character 0)) 5))
    (let ((from (cons 0 (point-min))))
      (pcase-dolist (`(,line ,column ,at ,start) '((0 1 2 (0 . 1)) (1 1 5 (1 . 4)) (9 0 5 (1 . 4)) (0 2 3 (0 . 1)) (1 0 4 (1 . 4))))
        (should (equal (covls--point (list :line line :character column) from) at))
        (should (equal from start))))))

(ert-deftest covls-test-edits ()
  "What a server is told of edits makes the text that the buffer has."
  (let ((words ["a" "\n" "func" "𝔘" "ä" "\t" "x\ny" "\n\n" "€€" ""]))
    (dotimes (seed 40)
      (random (format "covls %d" seed))
      (covls-test-open "func a() {\n\treturn 𝔘\n}\n"
        (dotimes (_ 60)
          (pcase (random 8)
            (0 (erase-buffer))
            (1 (goto-char (+ (point-min) (random (1+ (buffer-size))))) (upcase-word 1))
            (2 (goto-char (point-min)) (ignore-errors (subst-char-in-region (point-min) (point-max) ?a ?b)))
            (3 (let ((a (+ (point-min) (random (1+ (buffer-size))))) (b (+ (point-min) (random (1+ (buffer-size))))))
                 (delete-region (min a b) (max a b))))
            (4 (ignore-errors (transpose-lines 1)))
            (5 (let ((inhibit-modification-hooks t)) (goto-char (point-max)) (insert "unseen")))
            (_ (goto-char (+ (point-min) (random (1+ (buffer-size)))))
               (insert (aref words (random (length words))))))
          (when (zerop (random 3))
            (covls--flush)
            (should (equal theirs (buffer-string)))))
        (covls--flush)
        (should (equal theirs (buffer-string)))))))

(ert-deftest covls-test-edits-are-small ()
  "An insertion is told as such, and not as a whole text."
  (covls-test-open "one\ntwo\n"
    (goto-char 5)
    (insert "x")
    (covls--flush)
    (should (equal (covls--get (cdar told) :contentChanges)
                   [(:range (:start (:line 1 :character 0) :end (:line 1 :character 0)) :text "x")]))
    (covls--flush)
    (should (equal (length told) 2))))

(ert-deftest covls-test-bytes ()
  "Bytes that are no text, and lone surrogates, don't keep the rest from being told."
  (covls-test-open (concat "a" (string (unibyte-char-to-multibyte 255)) "b\n")
    (should (equal theirs "a\ufffdb\n")))
  (covls-test-open (concat "a" (string #xd800 #xdfff) "𝔘b\n")
    (should (equal theirs "a\ufffd\ufffd𝔘b\n"))
    (goto-char 3)
    (insert "x" #xdc00)
    (covls--flush)
    (should (equal theirs "a\ufffdx\ufffd\ufffd𝔘b\n"))
    (should (json-serialize (list :text theirs)))))

(ert-deftest covls-test-uris ()
  "Names of files survive the way there and back."
  (dolist (path '("/a/b.go" "/a b/ä#%?.go" "/x/[y]/𝔘.ts"))
    (should (equal (covls--uri-to-path (covls--path-to-uri path)) path)))
  (should (equal (covls--uri-to-path "file:///c%3A/x/y.go") "c:/x/y.go"))
  (should-error (covls--uri-to-path "untitled:x")))

(defun covls-test-states (text regions &rest more)
  "The states of lines of TEXT by REGIONS, each (LINE COLUMN LINE COLUMN STATE), and what else is known by MORE."
  (with-temp-buffer
    (insert text)
    (let ((states (covls--line-states
                   (append more
                           (list :regions
                                 (vconcat (mapcar (lambda (r)
                                                    (list :range (list :start (list :line (nth 0 r) :character (nth 1 r))
                                                                       :end (list :line (nth 2 r) :character (nth 3 r)))
                                                          :state (nth 4 r)))
                                                  regions))))))
          out)
      (dotimes (line (line-number-at-pos (point-max)))
        (push (gethash line states) out))
      (nreverse out))))

(ert-deftest covls-test-lines ()
  "What lines show of regions."
  ;; The brace of a line that ran begins what did not.
  (should (equal (covls-test-states "f() {\n\tif a {\n\t\tb\n\t}\n\tc\n}"
                                    '((0 4 1 6 "covered") (1 6 3 2 "uncovered") (4 1 4 2 "covered")))
                 '(covered covered uncovered uncovered covered nil)))
  ;; Of } else { nobody can tell.
  (should (equal (covls-test-states "\t} else {\n\t\tx\n\t}" '((0 1 0 2 "covered") (0 8 2 2 "uncovered")))
                 '(nil uncovered uncovered)))
  (should (equal (covls-test-states "a(); b()" '((0 0 0 4 "covered") (0 5 0 8 "uncovered"))) '(partly)))
  ;; A later region lies in an earlier one.
  (should (equal (covls-test-states "f(func() {\n\tx\n})\ny"
                                    '((0 0 3 1 "covered") (0 9 2 1 "uncovered")))
                 '(covered uncovered nil covered)))
  (should (equal (covls-test-states "a\n\n𝔘𝔘 b" '((0 0 2 6 "covered") (2 5 2 6 "uncovered"))) '(covered nil partly)))
  (should (equal (covls-test-states "a\nb" '((0 0 1 1 "covered"))
                                    :branches [(:line 0 :ways [(:count 1) (:count 0)]) (:line 1 :ways [(:count 2) (:count nil)])])
                 '(partly covered)))
  (dolist (look '(("dim" unknown unknown nil) ("hide" nil nil nil) ("keep" covered covered nil)))
    (should (equal (covls-test-states "a\nb\nc" '((0 0 1 1 "covered") (2 0 2 1 "uncovered"))
                                      :stale_look (car look)
                                      :functions [(:range (:start (:line 0 :character 0) :end (:line 1 :character 1))
                                                          :state "covered" :stale t)]
                                      :excluded [(:range (:start (:line 2 :character 0) :end (:line 2 :character 1)))])
                   (cdr look)))))

(ert-deftest covls-test-bars ()
  "An edit of a line takes its bar away; one above moves it."
  (with-temp-buffer
    (insert "a\nb\nc\n")
    (let ((covls-fringe 'all) (states (make-hash-table)))
      (puthash 0 'covered states)
      (puthash 2 'uncovered states)
      (covls--mark-lines states (make-hash-table))
      (goto-char (point-min))
      (insert "x")
      (goto-char 4)
      (insert "new\n")
      (should (equal (mapcar (lambda (o) (cons (line-number-at-pos (overlay-start o)) (overlay-get o 'covls))) covls--overlays)
                     '((4 . uncovered)))))))

(ert-deftest covls-test-changed-bars ()
  "Beside a line that is new since the base the bar has a plus, and the margin room for it."
  (with-temp-buffer
    (insert "a\nb\nc\nd\n")
    (let* ((covls-fringe 'all)
           (range (lambda (from to) (list :start (list :line from :character 0) :end (list :line to :character 1))))
           (coverage (list :regions (vector (list :range (funcall range 0 1) :state "covered")
                                            (list :range (funcall range 2 2) :state "uncovered"))
                           :changed (vector (list :range (funcall range 1 3) :state "uncovered"))))
           (shown (lambda ()
                    (mapcar (lambda (o)
                              (let ((text (cadr (get-text-property 0 'display (overlay-get o 'before-string)))))
                                (list (line-number-at-pos (overlay-start o)) (overlay-get o 'covls)
                                      (string-suffix-p "+" text))))
                            (reverse covls--overlays)))))
      (cl-letf (((symbol-function 'covls--status) #'ignore))
        (covls--mark coverage)
        (should (equal (funcall shown) '((1 covered nil) (2 covered t) (3 uncovered t))))
        (should (= 2 left-margin-width covls--margin))
        (covls--mark (plist-put coverage :changed []))
        (should (equal (funcall shown) '((1 covered nil) (2 covered nil) (3 uncovered nil))))
        (should (= 1 left-margin-width covls--margin))
        (covls--mark nil)
        (should (= 0 left-margin-width covls--margin))))))

(ert-deftest covls-test-status ()
  "The words of the mode line."
  (pcase-dolist
      (`(,want . ,status)
       '(("reading" :state "loading")
         ("no profile" :state "empty")
         ("unreadable profile" :state "broken")
         ("86.7 %" :state "ready" :summary (:unit "statements" :covered 1632 :total 1882))
         ("99.9 %" :state "ready" :summary (:unit "lines" :covered 99999 :total 100000))
         ("100 %" :state "ready" :summary (:unit "lines" :covered 3 :total 3))
         ("nothing to cover" :state "ready")
         ("50 % of lines, 25 % of statements" :state "ready" :summary (:unit "lines" :covered 1 :total 2)
          :other (:unit "statements" :covered 1 :total 4))
         ("50 %, changed 2/5, reading" :state "ready" :loading t :summary (:unit "lines" :covered 1 :total 2)
          :changed (:text "changed 2/5"))
         ("50 %, marks hidden" :state "ready" :hidden t :summary (:unit "lines" :covered 1 :total 2) :changed (:text ""))
         ("50 %, trouble" :state "ready" :summary (:unit "lines" :covered 1 :total 2) :profiles [(:trouble "half" :found 3)])
         ("50 %, 2 not measured" :state "ready" :summary (:unit "lines" :covered 1 :total 2) :unmeasured 2)
         ("50 %, code has changed" :state "ready" :stale t :summary (:unit "lines" :covered 1 :total 2))))
    (cl-letf (((symbol-function 'covls--status) (lambda (_) status))
              ((symbol-function 'covls--state) (lambda (_) 'ready)))
      (should (equal (covls-status-text 'fake) want)))))

(ert-deftest covls-test-markdown ()
  "Marks of Markdown become faces, and tables are aligned."
  (should (equal (substring-no-properties (covls--markdown "# A `b`\n**Not tested**: `` f`g `` [x](y:1) 1\\_000  \n"))
                 "A b\nNot tested: f`g x 1_000\n"))
  (should (equal (substring-no-properties (covls--markdown "| a | n |\n|---|--:|\n| bcd | 1 |\n| e | 22 |\nz\n"))
                 "a     n\nbcd   1\ne    22\nz\n"))
  ;; What covls writes others' texts as, by `escape.Markdown', `escape.Code' and `escape.Cell', is read as that.
  (pcase-dolist (`(,markdown . ,want)
                 '(("Vec&lt;T> &amp;amp; \\*\\*x\\*\\* a[x\\](y) \\`z\\`" . "Vec<T> &amp; **x** a[x](y) `z`")
                   ("runs when `c == '\\\\'`" . "runs when c == '\\\\'")
                   ("**Not tested**: `**p == **q && a[i](x) && s == \"&lt;\"`" . "Not tested: **p == **q && a[i](x) && s == \"&lt;\"")
                   ("`` a`b `` and ``` `` ``` and `c` and ` ` and `d" . "a`b and `` and c and   and `d")
                   ("    **as** `it` is" . "    **as** `it` is")
                   ("| a | n |\n|---|--:|\n| x\\|y | 1 |\n| `p \\|\\| q` | 22 |\n" . "a        n\nx|y      1\np || q  22\n")))
    (should (equal (substring-no-properties (covls--markdown markdown)) want))))

(ert-deftest covls-test-workspace-edit ()
  "Edits are made all or not at all, in files that are and in new ones."
  (let* ((folder (file-name-as-directory (make-temp-file "covls" t)))
         (old (expand-file-name "old.go" folder))
         (new (expand-file-name "new.go" folder))
         (range (lambda (a b) (list :start (list :line 0 :character a) :end (list :line 0 :character b)))))
    (write-region "𝔘bc" nil old nil 'silent)
    (unwind-protect
        (progn
          (should (equal (covls--apply-edit
                          (list :documentChanges
                                (vector (list :kind "create" :uri (covls--path-to-uri new))
                                        (list :textDocument (list :uri (covls--path-to-uri new) :version nil)
                                              :edits (vector (list :range (funcall range 0 0) :newText "package x\n")))
                                        (list :textDocument (list :uri (covls--path-to-uri old))
                                              :edits (vector (list :range (funcall range 2 2) :newText "1")
                                                             (list :range (funcall range 2 2) :newText "2")
                                                             (list :range (funcall range 0 2) :newText "x"))))))
                         '(:applied t)))
          (should (equal (with-current-buffer (find-buffer-visiting new) (buffer-string)) "package x\n"))
          (should (equal (with-current-buffer (find-buffer-visiting old) (buffer-string)) "x12bc"))
          (should-not (file-exists-p new))
          (should (equal (plist-get (covls--apply-edit
                                     (list :documentChanges
                                           (vector (list :textDocument (list :uri (covls--path-to-uri old))
                                                         :edits (vector (list :range (funcall range 0 0) :newText "y")))
                                                   (list :kind "delete" :uri (covls--path-to-uri old)))))
                                    :applied)
                         :json-false))
          (with-current-buffer (find-buffer-visiting old)
            (setq buffer-read-only t))
          (should (equal (plist-get (covls--apply-edit
                                     (list :documentChanges
                                           (vector (list :textDocument (list :uri (covls--path-to-uri new))
                                                         :edits (vector (list :range (funcall range 0 0) :newText "y")))
                                                   (list :textDocument (list :uri (covls--path-to-uri old))
                                                         :edits (vector (list :range (funcall range 0 0) :newText "y"))))))
                                    :applied)
                         :json-false))
          (should (equal (with-current-buffer (find-buffer-visiting new) (buffer-string)) "package x\n"))
          (should (equal (with-current-buffer (find-buffer-visiting old) (buffer-string)) "x12bc")))
      (dolist (path (list old new))
        (when-let ((buffer (find-buffer-visiting path)))
          (with-current-buffer buffer (set-buffer-modified-p nil))
          (kill-buffer buffer)))
      (delete-directory folder t))))

(ert-deftest covls-test-plist ()
  "What lsp-mode reads JSON as becomes what jsonrpc does."
  (let ((inner (make-hash-table :test #'equal)) (outer (make-hash-table :test #'equal)))
    (puthash "line" 3 inner)
    (puthash "at" inner outer)
    (puthash "list" (list inner) outer)
    (puthash "none" nil outer)
    (should (equal (covls--plist outer) '(:at (:line 3) :list [(:line 3)] :none nil)))
    (should (equal (covls--plist '(:a [(:b 1)] :c nil)) '(:a [(:b 1)] :c nil)))))

(ert-deftest covls-test-requests ()
  "Each request of a server is answered; those that are not known with the code of LSP for that."
  (dolist (method '(client/registerCapability client/unregisterCapability window/workDoneProgress/create
                    workspace/codeLens/refresh workspace/inlayHint/refresh workspace/diagnostic/refresh))
    (should (null (covls--on-request nil method nil))))
  (should (equal (alist-get 'jsonrpc-error-code
                            (cddr (should-error (covls--on-request nil 'window/fly nil) :type 'jsonrpc-error)))
                 -32601))
  (should (equal (covls--on-request nil 'window/showDocument '(:uri "file:///no/such/file")) '(:success :json-false)))
  (should (eq (car (covls--on-request nil 'window/showMessageRequest '(:message "?" :actions []))) 'covls--later)))

(ert-deftest covls-test-commands ()
  "Every command is in the menu or the keymap, and every key leads to a command."
  (map-keymap (lambda (_ command) (should (commandp command))) covls-command-map)
  (mapatoms (lambda (symbol)
              (when (and (commandp symbol) (string-prefix-p "covls-" (symbol-name symbol))
                         (not (string-prefix-p "covls--" (symbol-name symbol)))
                         (not (string-match-p "-mode\\'\\|\\`covls-gaps-\\|\\`covls-popup-menu\\|\\`covls-menu\\'\\|-test-" (symbol-name symbol))))
                (should (or (where-is-internal symbol (list covls-command-map))
                            (string-match-p (regexp-quote (symbol-name symbol)) (format "%S" covls-menu))))))))

(ert-deftest covls-test-list-keys ()
  "The list of gaps has the keys that all lists have, and its own are told."
  (with-temp-buffer
    (covls-gaps-mode)
    (should (eq (key-binding "n") #'next-line))
    (should (eq (key-binding "p") #'previous-line)))
  (let ((help (substitute-command-keys (documentation 'covls-gaps-mode))))
    (dolist (said '("RET goes to" "o shows it" "a lists parts" "c what changed" "n and p move in"))
      (should (string-match-p said (replace-regexp-in-string "[ \n]+" " " (substring-no-properties help)))))))

(ert-deftest covls-test-keep-messages ()
  "What lsp-mode reads together with an answer that somebody waits for is taken in."
  (let (taken woken)
    (let ((take (lambda (message)
                  (push message taken)
                  (when (eq message 'answer)
                    (throw 'lsp-done nil)))))
      (catch 'lsp-done
        (mapc (lambda (message) (covls--keep-messages take message)) '(answer diagnostics))
        (sit-for 5)
        (setq taken 'nobody-was-woken)))
    (should (equal taken '(diagnostics answer)))
    ;; Where nobody waits nothing goes wrong.
    (covls--keep-messages (lambda (_) (throw 'lsp-done nil)) 'answer)
    (sit-for 0.01)
    (setq woken t)
    (should woken)))

;; lsp-mode has these, where it is there.
(defvar lsp--buffer-workspaces)
(defvar lsp--cur-workspace)

(ert-deftest covls-test-lsp-mode-marks ()
  "Flymake shows what all servers of lsp-mode say, whoever spoke last, and whatever buffer is current."
  (skip-unless (require 'lsp-mode nil t))
  (require 'lsp-diagnostics)
  (covls-lsp-mode-setup)
  (let* ((file (make-temp-file "covls-test" nil ".go" "package a\n"))
         (servers (mapcar (lambda (id) (make-lsp--workspace :client (make-lsp--client :server-id id))) '(covls gopls)))
         (said (lambda (server message)
                 (let ((position (if (bound-and-true-p lsp-use-plists) '(:line 0 :character 0)
                                   (let ((at (make-hash-table :test #'equal)))
                                     (puthash "line" 0 at) (puthash "character" 0 at) at)))
                       (object (lambda (&rest pairs)
                                 (if (bound-and-true-p lsp-use-plists)
                                     (cl-loop for (key value) on pairs by #'cddr
                                              append (list (intern (concat ":" key)) value))
                                   (let ((table (make-hash-table :test #'equal)))
                                     (cl-loop for (key value) on pairs by #'cddr do (puthash key value table))
                                     table)))))
                   (let ((lsp--cur-workspace server))
                     (lsp--on-diagnostics
                      server
                      (funcall object "uri" (covls--path-to-uri file)
                               "diagnostics"
                               (if message
                                   (vector (funcall object "message" message "severity" 2
                                                    "range" (funcall object "start" position "end" position)))
                                 []))))))))
    (unwind-protect
        (with-current-buffer (find-file-noselect file)
          (unwind-protect
              (let ((texts (lambda () (sort (mapcar #'flymake-diagnostic-text (flymake-diagnostics)) #'string<))))
                (setq lsp--buffer-workspaces servers)
                (lsp-diagnostics--flymake-setup)
                (flymake-start)
                (funcall said (car servers) "uncovered")
                (should (equal (funcall texts) '("uncovered")))
                (funcall said (cadr servers) "unused")
                (should (equal (funcall texts) '("uncovered" "unused")))
                (funcall said (cadr servers) nil)
                (should (equal (funcall texts) '("uncovered")))
                (with-temp-buffer
                  (funcall said (car servers) "covered"))
                (should (equal (funcall texts) '("covered"))))
            (setq lsp--buffer-workspaces nil)
            (kill-buffer)))
      (delete-file file))))

(ert-deftest covls-test-names ()
  "A file that gets another name is closed by the old and opened by the new one, and closed with its buffer."
  (covls-test-open "package a\n"
    (cl-letf* ((covls-root-function (lambda () "/nowhere"))
               ((symbol-function 'covls--root) (lambda (_) "/nowhere/"))
               ((symbol-function 'jsonrpc-running-p) (lambda (_) t)))
      (covls--renamed)
      (should (equal (length told) 1))
      (setq buffer-file-name "/nowhere/b.go")
      (covls--renamed)
      (covls--close))
    (should (equal (mapcar (lambda (m) (list (car m) (covls--get (cdr m) :textDocument :uri))) (reverse told))
                   '((:textDocument/didOpen "file:///nowhere/a.go") (:textDocument/didClose "file:///nowhere/a.go")
                     (:textDocument/didOpen "file:///nowhere/b.go") (:textDocument/didClose "file:///nowhere/b.go"))))
    (should (null covls--uri))))

(ert-deftest covls-test-elsewhere ()
  "Diagnostics of files that are not open are listed beside those of others."
  (let* ((other (flymake-make-diagnostic "/nowhere/a.go" '(1 . 1) nil :error "other"))
         (flymake-list-only-diagnostics (list (list "/nowhere/a.go" other)))
         (texts (lambda () (mapcar (lambda (entry) (cons (car entry) (mapcar #'flymake-diagnostic-text (cdr entry))))
                                   flymake-list-only-diagnostics)))
         (mine [(:range (:start (:line 2 :character 1) :end (:line 2 :character 4)) :severity 2 :message "mine")]))
    (cl-letf (((symbol-function 'covls--buffers) #'ignore)
              ((symbol-function 'covls--root) (lambda (_) "/nowhere/")))
      (dolist (path '("/nowhere/a.go" "/nowhere/b.go"))
        (covls--on-diagnostics 'fake (list :uri (concat "file://" path) :diagnostics mine)))
      (should (equal (funcall texts) '(("/nowhere/b.go" "mine") ("/nowhere/a.go" "other" "mine"))))
      (covls--on-diagnostics 'fake '(:uri "file:///nowhere/a.go" :diagnostics []))
      (should (equal (funcall texts) '(("/nowhere/b.go" "mine") ("/nowhere/a.go" "other"))))
      (covls--forget-elsewhere 'fake)
      (should (equal (funcall texts) '(("/nowhere/a.go" "other")))))))

(ert-deftest covls-test-settings ()
  "A server is told the settings of its folder, but for those that would run something."
  (let ((folder (file-name-as-directory (make-temp-file "covls" t)))
        (covls-settings '(:target 70)))
    (unwind-protect
        (cl-letf (((symbol-function 'covls--root) (lambda (_) folder)))
          (pcase-dolist (`(,locals ,want)
                         '((nil (:target 70))
                           (((nil . ((covls-settings . (:target 80))))) (:target 80))
                           (((nil . ((covls-settings . (:run (:command "rm")))))) (:target 70))
                           (((nil . ((covls-settings . (:target 80 :run (:command "rm")))))) (:target 70))
                           (((nil . ((covls-settings . (run (:command "rm")))))) (:target 70))
                           (((nil . ((covls-settings . ((run . (:command "rm"))))))) (:target 70))))
            (dir-locals-set-class-variables 'covls-test locals)
            (dir-locals-set-directory-class folder 'covls-test)
            (should (equal (covls--on-request 'fake 'workspace/configuration
                                              '(:items [(:section "covls") (:section "gopls")]))
                           (vector want nil)))))
      (delete-directory folder t))))

(defmacro covls-test-with-server (script &rest body)
  "Do BODY in a file's buffer with `covls-mode', for which SCRIPT of the shell is the server.
What it writes to the file `starts' is how often it was started."
  (declare (indent 1))
  `(let* ((folder (file-name-as-directory (make-temp-file "covls" t)))
          (starts (lambda () (with-temp-buffer
                               (ignore-errors (insert-file-contents (expand-file-name "starts" folder)))
                               (buffer-size))))
          (covls-command (list "sh" "-c" ,script))
          (covls-root-function (lambda () folder))
          (covls-flymake nil)
          (covls--restarted nil))
     (unwind-protect
         (with-current-buffer (find-file-noselect (expand-file-name "a.go" folder))
           (unwind-protect
               (progn
                 (covls-mode 1)
                 ,@body)
             (covls-mode -1)
             (covls--end-all)
             (kill-buffer)))
       (delete-directory folder t))))

(defun covls-test-await (ready)
  "Wait until the function READY returns something."
  (let ((deadline (+ (float-time) 60)))
    (while (and (not (funcall ready)) (< (float-time) deadline))
      (accept-process-output nil 0.02)))
  (should (funcall ready)))

(defconst covls-test-greets
  "printf x >>starts; printf 'Content-Length: 53\\r\\n\\r\\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"capabilities\":{}}}'; "
  "A server that greets.")

(ert-deftest covls-test-restart ()
  "A server that ends by itself is started again, once."
  (covls-test-with-server (concat covls-test-greets "sleep 0.3")
    (covls-test-await (lambda () (= 2 (funcall starts))))
    (covls-test-await (lambda () (null covls--connection)))
    (let ((deadline (+ (float-time) 0.5)))
      (while (< (float-time) deadline)
        (accept-process-output nil 0.05)))
    (should (= 2 (funcall starts)))
    (should (equal (covls--mode-line) " covls: not running"))
    (should-error (covls-next-gap) :type 'user-error)
    (covls-restart)
    (covls-test-await (lambda () (= 3 (funcall starts))))))

(ert-deftest covls-test-restart-all ()
  "Where a server has ended, one that is started in a file is that of all files, lists and reports of the project."
  (covls-test-with-server (concat covls-test-greets "exec cat >/dev/null")
    (covls-test-await (lambda () covls--uri))
    (let ((first covls--connection)
          (other (find-file-noselect (expand-file-name "b.go" folder))))
      (unwind-protect
          (with-temp-buffer
            (setq covls--connection first default-directory "/")
            (with-current-buffer other
              (covls-mode 1))
            ;; By itself it is not started again any more.
            (setq covls--restarted (list (cons (covls--root first) (float-time))))
            (signal-process (jsonrpc--process first) 'kill)
            (covls-test-await (lambda () (null (buffer-local-value 'covls--connection other))))
            (covls-restart)
            (let ((second (buffer-local-value 'covls--connection other)))
              (should second)
              (should-not (eq first second))
              (should (equal (list second) covls--connections))
              (should (= 2 (length (covls--buffers second))))
              (should (eq second (covls--way)))
              (should (eq second covls--connection))
              (setq covls--connection nil)
              (should-error (covls-restart) :type 'user-error)))
        (with-current-buffer other
          (covls-mode -1)
          (kill-buffer))))))

(ert-deftest covls-test-no-start ()
  "A server that does not start is not tried again and again."
  (covls-test-with-server "printf x >>starts; exit 3"
    (covls-test-await (lambda () (null covls--connection)))
    (should (= 1 (funcall starts)))
    (should covls-mode)))

(ert-deftest covls-test-silent ()
  "A server that says nothing more is given up, and its end is not waited for for ever."
  (covls-test-with-server (concat covls-test-greets "exec sleep 60")
    (covls-test-await (lambda () (eq 'ready (covls--state covls--connection))))
    (let ((covls-timeout 0.2)
          (began (float-time)))
      (should-error (covls-next-gap) :type 'user-error)
      (covls--end covls--connection)
      (should (< (- (float-time) began) 50))) ; the server sleeps for 60
    (should (null covls--connections))))

(ert-deftest covls-test-eldoc-commands ()
  "The echo area says what is known of the place that a jump leads to."
  (dolist (command '(covls-next-gap covls-previous-gap covls-most-urgent-gap covls-next-gap-in-project covls-go-to-tests))
    (should (intern-soft (symbol-name command) eldoc-message-commands))))

(ert-deftest covls-test-flymake-anew ()
  "Where Flymake was turned on anew, what it no longer takes is no error, and is shown when it asks again."
  (let ((file (make-temp-file "covls-test" nil ".txt" "a\nb\n"))
        (mine '((:range (:start (:line 1 :character 0) :end (:line 1 :character 1)) :severity 2 :message "mine"))))
    (unwind-protect
        (with-current-buffer (find-file-noselect file)
          (setq-local flymake-diagnostic-functions '(covls-flymake-backend))
          (flymake-mode 1)
          (covls--report mine)
          (should (equal (mapcar #'flymake-diagnostic-text (flymake-diagnostics)) '("mine")))
          (flymake-mode -1)
          (flymake-mode 1)
          (covls--report mine)
          (should (null (flymake-diagnostics)))
          (covls--report mine)
          (should (equal (mapcar #'flymake-diagnostic-text (flymake-diagnostics)) '("mine")))
          (flymake-mode -1)
          (flymake-mode 1)
          (add-hook 'kill-buffer-hook #'covls--forget nil t)
          (should (kill-buffer)))
      (delete-file file))))

(ert-deftest covls-test-flymake-of-others ()
  "Where Flymake is that of others alone, it is not started again and again."
  (with-temp-buffer
    (let ((flymake-mode t) (flymake-diagnostic-functions '(ignore)) (starts 0))
      (cl-letf (((symbol-function 'flymake-start) (lambda (&rest _) (cl-incf starts))))
        (covls--report '((:message "mine")))
        (should (= 0 starts))
        (setq flymake-diagnostic-functions '(covls-flymake-backend))
        (covls--report nil)
        (should (= 0 starts))
        (covls--report '((:message "mine")))
        (should (= 1 starts))))))

(ert-deftest covls-test-shown ()
  "The marks of a buffer that another window than the selected one has come to show are asked for."
  (let ((buffer (generate-new-buffer "covls-test")) asked)
    (unwind-protect
        (save-window-excursion
          (with-current-buffer buffer
            (setq covls--asked 'later))
          (let ((window (display-buffer buffer '(display-buffer-pop-up-window))))
            (should-not (eq window (selected-window)))
            (cl-letf (((symbol-function 'covls--ask-marks) (lambda () (push (current-buffer) asked))))
              (covls--shown (selected-window))
              (should (null asked))
              (covls--shown window)
              (should (equal asked (list buffer))))))
      (kill-buffer buffer))))

(ert-deftest covls-test-clones ()
  "What is edited in a clone of a buffer is told, and its end takes nothing from the buffer."
  (dolist (clone (list (lambda () (clone-indirect-buffer "covls-test-clone" nil))
                       ;; Before Emacs 30 this calls no hook.
                       (lambda () (make-indirect-buffer (current-buffer) "covls-test-clone" t))))
    (covls-test-open "package a\nfunc b() {}\n"
      (cl-letf (((symbol-function 'jsonrpc-running-p) (lambda (_) t)))
        (setq covls-mode t)
        (add-hook 'clone-indirect-buffer-hook #'covls--cloned nil t)
        (add-hook 'kill-buffer-hook #'covls--off nil t)
        (let ((bar (make-overlay 1 9)))
          (overlay-put bar 'covls 'uncovered)
          (setq covls--overlays (list bar))
          (narrow-to-region 1 10)
          (with-current-buffer (funcall clone)
            (widen)
            (goto-char (point-max))
            (insert "𝔘\n")
            (set-buffer-modified-p nil)
            (should (timerp (buffer-local-value 'covls--timer (buffer-base-buffer))))
            (with-current-buffer (buffer-base-buffer)
              (covls--flush))
            (should (equal theirs "package a\nfunc b() {}\n𝔘\n"))
            (goto-char 1)
            (insert "// ")
            (kill-buffer))
          (should covls--timer)
          (should (overlay-buffer bar))
          (should (equal covls--uri "file:///nowhere/a.go"))
          (covls--flush)
          (should (equal theirs "// package a\nfunc b() {}\n𝔘\n"))
          (should (equal (delete-dups (mapcar #'car told)) '(:textDocument/didChange :textDocument/didOpen)))
          (remove-hook 'kill-buffer-hook #'covls--off t))))))

(ert-deftest covls-test-other-project ()
  "A file that gets the name of one in another project goes to the server of that; one that gets none, or that of
another machine, to none."
  (covls-test-with-server (concat covls-test-greets "exec cat >/dev/null")
    (let ((before covls--connection)
          (other (file-name-as-directory (make-temp-file "covls" t)))
          (covls-root-function (lambda () default-directory))
          (change-major-mode-with-file-name nil))
      (unwind-protect
          (progn
            (covls-test-await (lambda () covls--uri))
            (set-visited-file-name (expand-file-name "b.go" other) t)
            (should-not (eq covls--connection before))
            (should (equal (covls--root covls--connection) other))
            (should-not (memq (current-buffer) (covls--buffers before)))
            (covls-test-await (lambda () covls--uri))
            (should (equal covls--uri (covls--path-to-uri (expand-file-name "b.go" other))))
            (let ((covls-root-function (lambda () (error "No root"))))
              (set-visited-file-name (expand-file-name "c.go" other) t))
            (set-visited-file-name nil)
            (should-not covls-mode)
            (should-not covls--connection)
            (set-visited-file-name (expand-file-name "d.go" other) t)
            (covls-mode 1)
            (setq buffer-file-name "/ssh:nowhere.invalid:/e.go")
            (run-hooks 'after-set-visited-file-name-hook)
            (should-not covls-mode))
        (setq buffer-file-name nil)
        (delete-directory other t)))))

(ert-deftest covls-test-refuses ()
  "A server that does not want to start, or does not answer to that, is ended, and not said to be starting for ever."
  (dolist (script '("printf 'Content-Length: 63\\r\\n\\r\\n{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"no\"}}'; exec cat >/dev/null"
                    "exec cat >/dev/null"))
    (let ((covls-timeout 1))
      (covls-test-with-server script
        (should (equal (covls-status-text) "starting"))
        (covls-test-await (lambda () (null covls--connection)))
        (should (null covls--connections))
        (should (equal (covls--mode-line) " covls: not running"))))))

(ert-deftest covls-test-log ()
  "What the server logs is kept where somebody reads the log, too, and not for undo."
  (unwind-protect
      (with-current-buffer (get-buffer-create "*covls log*")
        (covls--on-notification 'fake 'window/logMessage '(:type 3 :message "one"))
        (view-mode 1)
        (narrow-to-region 1 3)
        (covls--on-notification 'fake 'window/logMessage '(:type 3 :message "two"))
        (widen)
        (should (string-match-p "\\`.* one\n.* two\n\\'" (buffer-string)))
        (should (eq t buffer-undo-list)))
    (kill-buffer "*covls log*")))

(ert-deftest covls-test-asks-to-run ()
  "The question whether to run shows all of the command line, and asks no other machine what is not saved."
  (should (equal (covls--visible "go test ./... \n\u202e;x %s \t") "go test ./... \\u000a\\u202e;x %s \\u0009"))
  (with-temp-buffer
    (insert "x")
    (setq buffer-file-name "/ssh:nowhere.invalid:/a.go")
    (cl-letf (((symbol-function 'file-in-directory-p) (lambda (file _) (error "Asked for %s" file))))
      (should (equal (covls--unsaved "/nowhere/") "")))
    (setq buffer-file-name nil)))

(ert-deftest covls-test-asking-ways ()
  "A command that asks something first is run by the connection of others, too."
  (let (sent)
    (cl-letf (((symbol-function 'jsonrpc-async-request) (lambda (whom method &rest _) (push (list whom method) sent)))
              ((symbol-function 'lsp-request-async)
               (lambda (method &rest _) (push (list lsp--cur-workspace method) sent))))
      (dolist (way '((lsp . a) (eglot . b) c))
        (cl-letf (((symbol-function 'covls--way) (lambda () way)))
          (covls--run-asking "covls.addRule" [1]))))
    (should (equal (nreverse sent) '((a "workspace/executeCommand") (b :workspace/executeCommand)
                                     (c :workspace/executeCommand))))))

(ert-deftest covls-test-eglot-socket ()
  "A server of Eglot that is reached by a socket is not taken for covls, and is no error."
  (defvar eglot--managed-mode)
  (let ((eglot--managed-mode t))
    (with-temp-buffer
      (setq default-directory "/")
      (cl-letf (((symbol-function 'eglot-current-server) (lambda () 'server))
                ((symbol-function 'jsonrpc--process) #'identity)
                ((symbol-function 'process-command) (lambda (_) t)))
        (should-error (covls--way) :type 'user-error)
        (cl-letf (((symbol-function 'process-command) (lambda (_) '("/bin/covls" "serve"))))
          (should (equal (covls--way) '(eglot . server))))))))

(ert-deftest covls-test-traces ()
  "Nothing is on the hooks of Emacs before a server was started, and no buffer of one is left when it was ended."
  (let ((hooks '(kill-emacs-query-functions kill-emacs-hook eglot-managed-mode-hook lsp-managed-mode-hook)))
    (with-temp-buffer
      (let ((said (call-process (expand-file-name invocation-name invocation-directory) nil t nil "-Q" "--batch"
                                "-l" (locate-library "covls")
                                "--eval" (format "(dolist (hook '%S) (when (string-match-p \"covls\" (format \"%%s\" (and (boundp hook) (symbol-value hook)))) (princ hook)))" hooks))))
        (should (equal (list 0 "") (list said (buffer-string))))))
    (let ((before (buffer-list)))
      (covls-test-with-server (concat covls-test-greets "exec cat >/dev/null")
        (covls-test-await (lambda () covls--uri))
        (dolist (hook hooks)
          (should (string-match-p "covls" (format "%s" (symbol-value hook))))))
      (should (null (seq-filter (lambda (buffer) (string-match-p "covls" (buffer-name buffer)))
                                (seq-difference (buffer-list) before)))))))

;;; covls-test.el ends here
