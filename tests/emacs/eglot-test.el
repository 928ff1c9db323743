;;; eglot-test.el --- Leastwise in Emacs without a screen, by Eglot  -*- lexical-binding: t -*-

;;   emacs --batch --load test-common.el --load leastwise-eglot.el --load eglot-test.el FIXTURE EXPECTED
;;
;; An error here ends Emacs with an exit code and its message.

(setq eglot-sync-connect test-patience
      eglot-send-changes-idle-time 0)

(defun test-send-changes ()
  "Tell the server at once what the user typed: Emacs in batch mode is never idle."
  (run-hooks 'post-command-hook)
  (eglot--signal-textDocument/didChange))

(pcase-let ((`(,fixture ,expected) command-line-args-left))
  (setq command-line-args-left nil)

  ;; Opening a manifest starts the server, which marks each finding.
  (find-file fixture)
  (test-equal "major mode" major-mode 'yaml-mode)
  (run-hooks 'post-command-hook) ; where `eglot-ensure' connects
  (test-wait "a server is attached" #'eglot-managed-p)
  (let ((at-first (test-carets))
        (before (buffer-string)))
    (test-equal "carets in the fixture" (length at-first) 3)
    (test-wait "the first diagnostics" (lambda () (flymake-start) (flymake-diagnostics)))
    (test-equal "the first diagnostics" (test-shown) at-first)

    ;; Typing a new line marks it too, and moves what stands below.
    (goto-char (point-min))
    (search-forward "hostNetwork: yes")
    (goto-char (line-beginning-position))
    (insert "  hostPID: true # ☕\n")
    (test-send-changes)
    (let ((with-another
           (cons '(8 11 15 "host-pid")
                 (mapcar (lambda (mark) (cons (1+ (car mark)) (cdr mark))) at-first))))
      (test-wait "the diagnostics of the typed text" (lambda () (equal (test-shown) with-another))))
    (forward-line -1)
    (delete-region (point) (progn (forward-line) (point)))
    (test-send-changes)
    (test-equal "the text again" (buffer-string) before)
    (test-wait "the diagnostics as they were" (lambda () (equal (test-shown) at-first)))

    ;; Eldoc explains the finding under the cursor.
    (goto-char (point-min))
    (search-forward "privileged: ")
    (let (explained)
      (eglot-hover-eldoc-function (lambda (text &rest _) (setq explained text)))
      (test-wait "a hover" (lambda () explained))
      (unless (string-match-p "privileged-container" explained)
        (error "The hover does not speak of the finding: %s" explained)))

    ;; The quick fix takes the privilege away, and its finding with it.
    (test-choosing "Remove privileged"
      (eglot-code-actions (point) (point) "quickfix" t))
    (test-send-changes)
    (test-wait "the finding is gone" (lambda () (equal (test-shown) (butlast at-first)))))
  (save-buffer)
  (test-equal "the saved file" (test-file fixture) (test-file expected))

  ;; Eglot kills a server after its goodbye, so that its exit code says nothing.
  (eglot-shutdown (eglot-current-server) nil test-patience)
  (test-equal "servers" (eglot-current-server) nil))
;;; eglot-test.el ends here
