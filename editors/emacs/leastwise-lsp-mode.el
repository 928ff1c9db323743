;;; leastwise-lsp-mode.el --- Leastwise in Emacs, by lsp-mode  -*- lexical-binding: t -*-

(require 'lsp-mode)

(defcustom leastwise-profile "baseline"
  "The Pod Security Standards profile that pods should meet."
  :type '(choice (const "privileged") (const "baseline") (const "restricted"))
  :group 'lsp-mode)

;; The keys of .leastwise.yaml: a variable for each that is to differ from its default.
(lsp-register-custom-settings '(("leastwise.profile" leastwise-profile)))

(lsp-register-client
 (make-lsp-client
  :server-id 'leastwise
  :new-connection (lsp-stdio-connection '("leastwise" "lsp"))
  :major-modes '(yaml-mode yaml-ts-mode)
  :language-id "yaml"
  :add-on? t ; attach it beside yaml-language-server and not in its place
  :initialization-options (lambda () (gethash "leastwise" (lsp-configuration-section "leastwise")))))

(add-hook 'yaml-mode-hook #'lsp-deferred)
(add-hook 'yaml-ts-mode-hook #'lsp-deferred)

(provide 'leastwise-lsp-mode)
;;; leastwise-lsp-mode.el ends here
