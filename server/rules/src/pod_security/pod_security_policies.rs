//! PodSecurityPolicies: what the rules on them share. Kubernetes removed the kind in 1.25; older clusters, and
//! distributions that carry it on, still obey it.

use super::capabilities::names;
use crate::finding::{Fix, Report};
use leastwise_manifest::{Object, boolean, lookup};
use leastwise_yaml::{Emptied, Kind, Literal, Node, Patch, Path};

/// The kind as rules name it.
pub(super) const KIND: &[&str] = &["PodSecurityPolicy"];

/// A PodSecurityPolicy whose `spec` can be read.
pub(super) struct Policy<'d> {
    pub(super) spec: Node<'d>,
    /// Where `spec` stands.
    pub(super) path: Path,
    /// `PodSecurityPolicy "name"`, for messages.
    pub(super) title: String,
}

impl<'d> Policy<'d> {
    /// The object as a policy, if it is one. Where a template hides the version, the kind alone says so.
    pub(super) fn of(object: &Object<'d>) -> Option<Self> {
        if !matches!(object.api_group(), Some("policy" | "extensions") | None) {
            return None;
        }
        let spec = object.node.get("spec").value().filter(|spec| matches!(spec.kind(), Kind::Mapping))?;
        let title = match object.name() {
            Some(name) => format!("PodSecurityPolicy \"{name}\""),
            None => "This PodSecurityPolicy".to_owned(),
        };
        Some(Self { spec, path: object.path.key("spec"), title })
    }

    /// Reports the boolean `field` where it is true, with a fix that removes it; false is the default.
    pub(super) fn find_true(&self, report: &mut Report<'_, '_>, field: &str, admitted: &str) {
        if boolean(self.spec, &[field]).known() == Some(true) {
            self.find_admitted(report, field, &format!("admits pods that {admitted}"));
        }
    }

    /// Reports the list `field` where it has items, with a fix that removes it; an empty list is the default.
    pub(super) fn find_listed(&self, report: &mut Report<'_, '_>, field: &str, admitted: &str) {
        let list = lookup(self.spec, &[field]).value();
        let items: Vec<_> =
            list.into_iter().flat_map(Node::items).filter_map(|item| item.value.as_text()).collect();
        if !items.is_empty() {
            self.find_admitted(report, field, &format!("{admitted} {}", items.join(", ")));
        }
    }

    fn find_admitted(&self, report: &mut Report<'_, '_>, field: &str, words: &str) {
        let path = self.path.key(field);
        report.find(path.clone(), format!("{} {words}", self.title)).fix(Fix::behavioural(
            format!("Remove {field}"),
            [Patch::Remove { path, emptied: Emptied::Keep }],
        ));
    }

    /// The capabilities that pods must drop; `None` when nobody knows.
    pub(super) fn required_drops(&self) -> Option<Vec<&'d str>> {
        names(self.spec.get("requiredDropCapabilities"))
    }

    /// Reports the capabilities that pods must drop, with a fix that requires all.
    pub(super) fn find_required_drops(&self, report: &mut Report<'_, '_>, words: &str) {
        let path = self.path.key("requiredDropCapabilities");
        let all = Literal::Sequence(vec!["ALL".into()]);
        report.find(path.clone(), format!("{} {words}", self.title)).fix(Fix::behavioural(
            "Require that ALL capabilities are dropped",
            [Patch::Set { path, value: all }],
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_fix;

    #[test]
    fn every_fix_is_proved_and_changes_one_field() {
        for (rule, before, after) in [
            ("psp-privileged", "{privileged: true, hostPID: false}", "{hostPID: false}"),
            ("psp-host-pid", "{hostPID: true, privileged: false}", "{privileged: false}"),
            ("psp-host-ipc", "{hostIPC: true, privileged: false}", "{privileged: false}"),
            ("psp-host-network", "{hostNetwork: true, privileged: false}", "{privileged: false}"),
            (
                "psp-privilege-escalation",
                "{privileged: false}",
                "{privileged: false, allowPrivilegeEscalation: false}",
            ),
            ("psp-root-user", "{runAsUser: {rule: RunAsAny}}", "{runAsUser: {rule: MustRunAsNonRoot}}"),
            (
                "psp-net-raw-not-dropped",
                "{requiredDropCapabilities: [KILL]}",
                "{requiredDropCapabilities: [ALL]}",
            ),
            (
                "psp-required-drop-missing",
                "{requiredDropCapabilities: []}",
                "{requiredDropCapabilities: [ALL]}",
            ),
            (
                "psp-capabilities-allowed",
                "{allowedCapabilities: ['*'], privileged: false}",
                "{privileged: false}",
            ),
            ("psp-unsafe-sysctls", "{allowedUnsafeSysctls: [a], privileged: false}", "{privileged: false}"),
            (
                "psp-proc-mount-unmasked",
                "{allowedProcMountTypes: [Default, Unmasked]}",
                "{allowedProcMountTypes: [Default]}",
            ),
        ] {
            let policy = |spec| {
                format!(
                    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {{name: web}} # ours\nspec: {spec}\n"
                )
            };
            check_fix(crate::rule(rule).unwrap(), &policy(before), &policy(after));
        }
    }
}
