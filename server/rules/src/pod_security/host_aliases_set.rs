use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod resolves some names by a list of its own.
    ///
    /// ## Why
    /// The kubelet writes `hostAliases` into `/etc/hosts` of every container. Traffic for such a name goes to the
    /// address given, whatever DNS says: a stale or wrong entry sends it, and the credentials in it, elsewhere, and
    /// nobody who looks at DNS sees why.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   hostAliases:
    ///   - ip: 10.1.2.3
    ///     hostnames: [database.example.org]
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
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
    /// ```
    ///
    /// ## Fix
    /// By hand: give the name to DNS, for instance through a Service of type ExternalName or one with endpoints of
    /// its own.
    ///
    /// ## When it is fine
    /// For test systems, and to reach a host that has no name in DNS.
    ///
    /// ## References
    /// - [Adding entries to Pod /etc/hosts with HostAliases](https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/)
    id: "host-aliases-set",
    title: "Pod overrides name resolution with hostAliases",
    severity: Severity::Info,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fields: &["P.hostAliases"],
    also: &[(Trivy, "KSV-0007"), (Kubesec, "HostAliases")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let aliases = pod.node.get("hostAliases").value();
    if aliases.is_some_and(|aliases| aliases.items().next().is_some()) {
        report.find(pod.path.key("hostAliases"), "hostAliases gives addresses to names, whatever DNS says");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_list_with_items_is_found_on_its_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              hostAliases:
              ^^^^^^^^^^^ hostAliases gives addresses to names, whatever DNS says
              - {ip: 10.1.2.3, hostnames: [a, b]}
              - {ip: 10.1.2.4, hostnames: [c]}
              containers: []
            ",
        );
    }

    #[test]
    fn empty_absent_and_templates_are_fine() {
        for setting in
            ["hostAliases: []", "hostAliases:", "hostname: web", "hostAliases: {{ .Values.aliases }}"]
        {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }
}
