;;; test-common.el --- What the tests in Emacs share  -*- lexical-binding: t -*-

(require 'cl-lib)
(require 'flymake)

(setq backtrace-on-error-noninteractive nil
      make-backup-files nil
      flymake-no-changes-timeout 0.1)

(defconst test-patience 30
  "Seconds that a server may take for anything: far more than it needs, even on a busy machine.")

(defun test-wait (what happened)
  "Wait until HAPPENED returns something, and return that; WHAT is for the message when it does not."
  (let ((end (+ (float-time) test-patience)) result)
    (while (not (setq result (funcall happened)))
      (when (> (float-time) end)
        (error "Did not happen: %s; diagnostics: %S" what (test-shown)))
      (accept-process-output nil 0.02))
    result))

(defun test-equal (what got wanted)
  "Fail unless GOT is WANTED."
  (unless (equal got wanted)
    (error "%s: got %S, wanted %S" what got wanted)))

(defun test-carets ()
  "Where the carets in the buffer say that diagnostics must stand: (LINE START END CODE), START and END in characters."
  (save-excursion
    (goto-char (point-min))
    (let (marked wanted)
      (while (not (eobp))
        (let ((line (buffer-substring-no-properties (line-beginning-position) (line-end-position))))
          (if (string-match "\\`\\( *# *\\)\\(\\^+\\) \\([a-z-]+\\)\\'" line)
              (push (list marked (match-end 1) (match-end 2) (match-string 3 line)) wanted)
            (setq marked (line-number-at-pos))))
        (forward-line))
      (nreverse wanted))))

(defun test-position (position)
  "The line and the characters before POSITION on it."
  (save-excursion
    (goto-char position)
    (list (line-number-at-pos) (- position (line-beginning-position)))))

(defun test-shown ()
  "The diagnostics that Flymake shows, in the form of `test-carets'."
  (sort
   (mapcar (lambda (diagnostic)
             (pcase-let ((`(,line ,start) (test-position (flymake-diagnostic-beg diagnostic)))
                         (`(,last ,end) (test-position (flymake-diagnostic-end diagnostic))))
               ;; Flymake moves what it shows as the text changes, and may have it end on another line for a while.
               (list line start (if (= last line) end (list last end)) (test-code diagnostic))))
           (flymake-diagnostics))
   (lambda (a b) (or (< (car a) (car b)) (and (= (car a) (car b)) (< (cadr a) (cadr b)))))))

(defun test-code (diagnostic)
  "The rule that DIAGNOSTIC names in its text, as in `leastwise [host-network]: ...'."
  (let ((text (flymake-diagnostic-text diagnostic)))
    (if (string-match "\\[\\([a-z-]+\\)\\]" text) (match-string 1 text) text)))

(defun test-file (name)
  "The bytes of the file NAME."
  (with-temp-buffer
    (set-buffer-multibyte nil)
    (insert-file-contents-literally name)
    (buffer-string)))

(defmacro test-choosing (beginning &rest body)
  "Do BODY; where it lets the user choose, choose what starts with BEGINNING."
  (declare (indent 1))
  `(cl-letf ((last-nonmenu-event ?x) ; a key: a list would be the mouse, which opens a menu
             ((symbol-function 'completing-read)
              (lambda (_prompt collection &rest _)
                (or (cl-find-if (lambda (choice) (string-prefix-p ,beginning choice))
                                (all-completions "" collection))
                    (error "Not offered: %s in %S" ,beginning (all-completions "" collection))))))
     ,@body))

(provide 'test-common)
;;; test-common.el ends here
