use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::Node;

rule! {
    /// The command of a container calls `sudo`.
    ///
    /// ## Why
    /// A program that needs `sudo` runs in an image where an ordinary user may become root, without a password.
    /// Whoever breaks into the program may, too. It is a set-user-ID program, so it fails as soon as
    /// `allowPrivilegeEscalation: false` is set.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     command: [sh, -c, "sudo chown web /data && exec web"]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     command: [web]
    /// ```
    ///
    /// ## Fix
    /// By hand: do what needs root when the image is built, in an init container, or through `fsGroup`, and run the
    /// program as its own user.
    ///
    /// ## When it is fine
    /// Never in a container that serves others; in tools that people start by hand, perhaps.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [sudo(8)](https://man7.org/linux/man-pages/man8/sudo.8.html)
    id: "sudo-in-command",
    title: "Container command calls sudo",
    family: Family::PodSecurity,
    fields: &["C[*].command[*]", "C[*].args[*]"],
    also: &[(Kubescape, "C-0062")],
    check: Check::Container(check),
}

/// Words after which the next one is a program.
const BEFORE_PROGRAM: &[&str] =
    &["!", "do", "elif", "else", "env", "exec", "if", "nohup", "then", "time", "until", "while", "xargs"];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for key in ["command", "args"] {
        let list = container.path.key(key);
        let mut may_be_program = true;
        for item in container.node.get(key).value().into_iter().flat_map(Node::items) {
            let Some(text) = item.value.as_str() else {
                may_be_program = false;
                continue;
            };
            // A word of its own is a program only in its place; what has blanks is a script.
            if (may_be_program || text.contains(char::is_whitespace)) && calls_sudo(text) {
                report.find(list.index(item.index), format!("{} calls sudo", container.title()));
            }
            may_be_program = BEFORE_PROGRAM.contains(&text) || text == "-c";
        }
    }
}

/// Whether `sudo` stands where a shell expects a program.
fn calls_sudo(script: &str) -> bool {
    if !script.contains("sudo") {
        return false;
    }
    let is_end = |char| matches!(char, ';' | '|' | '&' | '(' | ')' | '{' | '}' | '`' | '\n');
    script.split(is_end).any(|command| {
        let words = command.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
        let mut program = words.skip_while(|word| BEFORE_PROGRAM.contains(word) || is_assignment(word));
        program.next().is_some_and(|word| word.rsplit('/').next() == Some("sudo"))
    })
}

/// Whether the word sets a variable for the program after it.
fn is_assignment(word: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::{RULE, calls_sudo};
    use crate::testing::{check, check_silent};

    #[test]
    fn it_is_found_as_program_and_in_scripts() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                command: [/usr/bin/sudo, web]
                          ^^^^^^^^^^^^^ container \"web\" calls sudo
              - name: shell
                command: [sh, -c]
                args:
                - apt-get update && sudo make install
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"shell\" calls sudo
              initContainers:
              - name: init
                command: [env, sudo, chown]
                               ^^^^ container \"init\" calls sudo
            ",
        );
    }

    #[test]
    fn the_word_elsewhere_and_templates_are_fine() {
        for command in [
            "[apt-get, install, sudo]",
            "[sh, -c, \"apt-get install -y sudo\"]",
            "[/opt/pseudo]",
            "[\"--message=no sudo here\"]",
            "[\"{{ .Values.sudo }}\", \"sudo {{ .Values.command }}\"]",
            "{{ .Values.command }}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    command: {command}\n    args:\n"
                ),
            );
        }
    }

    #[test]
    fn programs_stand_at_the_beginning_of_commands() {
        for script in [
            "sudo id",
            "a; sudo b",
            "a | sudo b",
            "A=1 sudo b",
            "if sudo a; then b; fi",
            "$(sudo id)",
            "a\nsudo b",
        ] {
            assert!(calls_sudo(script), "{script}");
        }
        for script in ["echo sudo", "install sudo", "visudo", "sudoers", "cat /etc/sudo.conf"] {
            assert!(!calls_sudo(script), "{script}");
        }
    }
}
