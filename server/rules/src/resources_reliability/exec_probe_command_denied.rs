use super::probes::may_have_probes;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, lookup};
use leastwise_yaml::Node;

rule! {
    /// A liveness probe runs a program that does not tell whether the container is well.
    ///
    /// ## Why
    /// `ps` and `ls` succeed while the program hangs, and `jcmd` starts a virtual machine at every probe: the first
    /// two notice nothing, the last one takes long and fails when the node is busy. The parameter
    /// `deniedProbeCommands` names the programs; `jcmd`, `ps` and `ls` by default.
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
    ///     livenessProbe:
    ///       exec:
    ///         command: [sh, -c, "ps aux | grep web"]
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
    ///     livenessProbe:
    ///       httpGet: {path: /livez, port: 8080}
    /// ```
    ///
    /// ## Fix
    /// By hand: ask the program itself, over HTTP or gRPC, or check a file that it keeps fresh.
    ///
    /// ## When it is fine
    /// Where the program has no better sign of life, as with `ls` on a file that it creates. So it is a hint for those
    /// who ask.
    ///
    /// ## References
    /// - [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/)
    /// - [Define a liveness command](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-a-liveness-command)
    id: "exec-probe-command-denied",
    title: "Exec probe runs a denied command",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "deny-commands-in-exec-probe")],
    persona: Persona::Pedantic,
    fields: &["C[*].livenessProbe.exec.command"],
    check: Check::Container(check),
}

const DEFAULT: [&str; 3] = ["jcmd", "ps", "ls"];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let command = ["livenessProbe", "exec", "command"];
    let Some(list) = lookup(container.node, &command).value() else { return };
    if !may_have_probes(container) {
        return;
    }
    let chosen = report.context().settings.parameters.denied_probe_commands.as_deref();
    let is_denied = |program: &str| match chosen {
        Some(chosen) => chosen.iter().any(|denied| denied == program),
        None => DEFAULT.contains(&program),
    };
    let items = list.items().filter_map(|item| Some((item.index, Node::as_text(item.value)?)));
    for (index, text) in items {
        if let Some(program) = programs(text, index == 0).find(|program| is_denied(program)) {
            let path = container.path.keys(&command).index(index);
            report.find(path, format!("The liveness probe of {} runs {program}", container.title()));
        }
    }
}

/// The words of an item that may be programs: with their directory in the item that is run, else as they stand.
fn programs(text: &str, is_run: bool) -> impl Iterator<Item = &str> {
    let words = text.split(|char: char| char.is_whitespace() || "|&;()`$".contains(char));
    words.map(move |word| if is_run { word.rsplit('/').next().unwrap_or(word) } else { word })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn denied_programs_are_found_on_their_item() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                livenessProbe:
                  exec:
                    command:
                    - /bin/ls
                      ^^^^^^^ The liveness probe of container \"web\" runs ls
                    - /tmp/up
              - name: proxy
                livenessProbe: {exec: {command: [sh, -c, 'test -e up && (ps|grep web)']}}
                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ runs ps
            ",
        );
    }

    #[test]
    fn other_programs_and_probes_are_fine() {
        for probe in [
            "livenessProbe: {exec: {command: [cat, /tmp/ls]}}",
            "livenessProbe: {exec: {command: [grep, lsof, psql]}}",
            "livenessProbe: {exec: {command: \"{{ .Values.command }}\"}}",
            "readinessProbe: {exec: {command: [ls]}}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Pod\nspec: {{containers: [{{{probe}}}]}}\n"));
        }
    }

    #[test]
    fn a_site_names_the_programs() {
        let denied_probe_commands = Some(vec!["curl".to_owned()]);
        let parameters = Parameters { denied_probe_commands, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - livenessProbe: {exec: {command: [curl, ls]}}
                                                 ^^^^ runs curl
            ",
        );
    }
}
