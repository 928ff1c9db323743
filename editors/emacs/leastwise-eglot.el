;;; leastwise-eglot.el --- Leastwise in Emacs, by Eglot  -*- lexical-binding: t -*-

(require 'eglot)

(add-to-list 'eglot-server-programs '((yaml-mode yaml-ts-mode) . ("leastwise" "lsp")))
(add-hook 'yaml-mode-hook #'eglot-ensure)
(add-hook 'yaml-ts-mode-hook #'eglot-ensure)

;; The keys of .leastwise.yaml. A project may have others of its own in .dir-locals.el.
(setq-default eglot-workspace-configuration '(:leastwise (:profile "baseline")))

(provide 'leastwise-eglot)
;;; leastwise-eglot.el ends here
