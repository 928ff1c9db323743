;;; lsp-mode-test.el --- Leastwise in Emacs without a screen, by lsp-mode  -*- lexical-binding: t -*-

;;   emacs --batch --load test-common.el --load leastwise-lsp-mode.el --load lsp-mode-test.el FIXTURE EXPECTED
;;
;; An error here ends Emacs with an exit code and its message.

(require 'lsp-diagnostics)

(setq lsp-auto-guess-root t
      lsp-enable-suggest-server-download nil
      lsp-keep-workspace-alive nil
      lsp-restart 'ignore
      lsp-diagnostics-provider :flymake
      lsp-session-file (expand-file-name "lsp-session" temporary-file-directory))

(defun test-code (diagnostic)
  "The rule of DIAGNOSTIC, which lsp-mode does not hand to Flymake."
  (cl-some (lambda (reported)
             (and (equal (lsp:diagnostic-message reported) (flymake-diagnostic-text diagnostic))
                  (lsp:diagnostic-code? reported)))
           (lsp--get-buffer-diagnostics)))

(pcase-let ((`(,fixture ,expected) command-line-args-left))
  (setq command-line-args-left nil)
  (find-file fixture)
  (test-equal "major mode" major-mode 'yaml-mode)
  (lsp-workspace-folders-add (file-name-directory fixture))
  (lsp) ; at once: `lsp-deferred' waits until the buffer is on a screen
  (test-wait "a server is attached" (lambda () (lsp-find-workspace 'leastwise (buffer-file-name))))
  (let ((at-first (test-carets)))
    (test-wait "the first diagnostics" (lambda () (flymake-start) (equal (test-shown) at-first)))
    (goto-char (point-min))
    (search-forward "privileged: ")
    (let* ((hover (lsp-request "textDocument/hover" (lsp--text-document-position-params)))
           (explained (format "%S" hover)))
      (unless (string-match-p "privileged-container" explained)
        (error "The hover does not speak of the finding: %s" explained)))
    (let* ((offered (lsp-code-actions-at-point))
           (action (cl-find-if (lambda (action) (string-prefix-p "Remove privileged" (lsp-get action :title)))
                               offered)))
      (unless action
        (error "Not offered: Remove privileged in %S" offered))
      (lsp-execute-code-action action))
    (test-wait "the finding is gone" (lambda () (flymake-start) (equal (test-shown) (butlast at-first)))))
  (save-buffer)
  (test-equal "the saved file" (test-file fixture) (test-file expected)))
;;; lsp-mode-test.el ends here
