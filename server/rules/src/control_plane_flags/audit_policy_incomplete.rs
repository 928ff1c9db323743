use super::configuration_field::find_field;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Setting, string};
use leastwise_yaml::{Field, Node};

rule! {
    /// The audit policy does not record all that matters, or records too much of it.
    ///
    /// ## Why
    /// Reading Secrets, asking whether a token is good, running commands in pods and reaching through proxies
    /// are what a break-in looks like. Of Secrets, ConfigMaps and TokenReviews the policy should record that
    /// they were used, not what is in them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: audit.k8s.io/v1
    /// kind: Policy
    /// rules:
    /// - level: None
    ///   resources: [{group: "", resources: [secrets]}]
    /// - level: Metadata
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: audit.k8s.io/v1
    /// kind: Policy
    /// rules:
    /// - level: Metadata
    /// ```
    ///
    /// ## Fix
    /// By hand: record these resources at `Metadata` in a rule that comes before others for them. `- level:
    /// Metadata` alone does.
    ///
    /// ## When it is fine
    /// Where the events are recorded by something else.
    ///
    /// ## References
    /// - [Auditing](https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/)
    /// - [Audit policy](https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/)
    id: "audit-policy-incomplete",
    title: "Audit policy misses sensitive resources",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["rules"],
    also: &[(Kics, "1828a670-5957-4bc5-9974-47da228f75e2"), (Kubescape, "C-0161")],
    check: Check::Kind(&["Policy"], check),
}

/// What is recorded at `Metadata`: more would write its contents into the log.
const CONFIDENTIAL: [(&str, &str); 3] =
    [("", "secrets"), ("", "configmaps"), ("authentication.k8s.io", "tokenreviews")];

/// What is recorded at `Metadata` or above.
const TELLING: [(&str, &str); 6] = [
    ("", "pods"),
    ("apps", "deployments"),
    ("", "pods/exec"),
    ("", "pods/portforward"),
    ("", "pods/proxy"),
    ("", "services/proxy"),
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() != Some("audit.k8s.io") {
        return;
    }
    let rules: Vec<_> = match object.node.get("rules") {
        Field::Present(entry) if entry.value.is_open() || entry.value.is_unknown() => return,
        Field::Present(entry) => entry.value.items().map(|item| item.value).collect(),
        Field::Absent => Vec::new(),
        Field::Unknown => return,
    };
    if rules.iter().any(|rule| rule.is_open() || string(*rule, &["level"]).is_unknown()) {
        return;
    }
    let mut lacking = Vec::new();
    for (group, resource) in CONFIDENTIAL {
        match level(&rules, group, resource) {
            Some("Metadata") => {}
            Some("Request" | "RequestResponse") => lacking.push(format!("{resource} with their contents")),
            _ => lacking.push(format!("{resource} not at all")),
        }
    }
    for (group, resource) in TELLING {
        if !matches!(level(&rules, group, resource), Some("Metadata" | "Request" | "RequestResponse")) {
            lacking.push(format!("{resource} not at all"));
        }
    }
    if !lacking.is_empty() {
        find_field(object, report, &["rules"], format!("The policy records {}", lacking.join(", ")));
    }
}

/// The level of the first rule that holds for every request for the resource.
fn level<'d>(rules: &[Node<'d>], group: &str, resource: &str) -> Option<&'d str> {
    let rule = rules.iter().find(|rule| is_unconditional(**rule) && covers(**rule, group, resource))?;
    string(*rule, &["level"]).known()
}

/// Whether it holds for all users, verbs and namespaces.
fn is_unconditional(rule: Node<'_>) -> bool {
    ["users", "userGroups", "verbs", "namespaces"].iter().all(|key| is_empty(rule, key))
}

fn is_empty(rule: Node<'_>, key: &str) -> bool {
    match rule.get(key) {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null() || is_known_empty(entry.value),
        Field::Unknown => false,
    }
}

fn is_known_empty(list: Node<'_>) -> bool {
    list.items().next().is_none() && !list.is_open() && !list.is_unknown()
}

fn covers(rule: Node<'_>, group: &str, resource: &str) -> bool {
    if is_empty(rule, "resources") {
        return is_empty(rule, "nonResourceURLs");
    }
    rule.get("resources").value().into_iter().flat_map(Node::items).any(|item| {
        let own = match string(item.value, &["group"]) {
            Setting::Set(own, _) => own,
            Setting::Unset => "",
            Setting::Unknown => return false,
        };
        let names = || item.value.get("resources").value().into_iter().flat_map(Node::items);
        let is_it = |name: &str| names_resource(name, resource);
        own == group
            && is_empty(item.value, "resourceNames")
            && (is_empty(item.value, "resources")
                || names().any(|name| name.value.as_str().is_some_and(is_it)))
    })
}

/// `pods`, `pods/exec`, `pods/*`, `*/exec` or `*`.
fn names_resource(name: &str, resource: &str) -> bool {
    let (whole, part) =
        resource.split_once('/').map_or((resource, None), |(whole, part)| (whole, Some(part)));
    match (name.split_once('/'), part) {
        (None, _) => name == "*" || name == resource,
        (Some((own, own_part)), Some(part)) => {
            (own == "*" || own == whole) && (own_part == "*" || own_part == part)
        }
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn what_is_not_recorded_or_too_well_is_found() {
        check(
            &RULE,
            "
            apiVersion: audit.k8s.io/v1
            kind: Policy
            ^^^^ the policy records secrets not at all, configmaps not at all, tokenreviews not at all, pods not at all
            ---
            apiVersion: audit.k8s.io/v1
            kind: Policy
            rules:
            ^^^^^ the policy records secrets with their contents, tokenreviews not at all
            - level: RequestResponse
              resources: [{group: \"\", resources: [secrets]}]
            - level: None
              resources: [{group: authentication.k8s.io}]
            - level: Metadata
            ",
        );
    }

    #[test]
    fn a_rule_for_all_does_and_rules_for_some_do_not_hide() {
        for text in [
            "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n",
            "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: None, users: [\"system:kube-proxy\"]}\n- {level: None, nonResourceURLs: [/healthz*]}\n- {level: Request, resources: [{resources: [\"pods/*\", services/proxy, pods]}]}\n- {level: Metadata}\n",
            "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: {{ .Values.level }}\n",
            "apiVersion: kyverno.io/v1\nkind: Policy\nrules: []\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}
