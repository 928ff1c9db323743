use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::Role;

rule! {
    /// A rule of the ClusterRole has a part in approving certificate requests.
    ///
    /// ## Why
    /// A certificate that the API server's signer has signed is a login, under the name and the groups that its
    /// request asks for; nobody can take it back before it ends. To approve a request takes `update` on its
    /// `approval` and `approve` on the signer. The two may come from two roles, so each is reported.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [certificates.k8s.io]
    ///   resources: [certificatesigningrequests/approval]
    ///   verbs: [update]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [certificates.k8s.io]
    ///   resources: [certificatesigningrequests]
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop the grant, or name the signers under `resourceNames`: `kubernetes.io/kubelet-serving`
    /// alone gives no login.
    ///
    /// ## When it is fine
    /// Controllers that approve the certificates of nodes, for the signers they are meant for.
    ///
    /// ## How others differ
    /// Checkov's CKV_K8S_156 reports a role that holds both halves, over all its rules; ours each half, since
    /// two roles may hold one each.
    ///
    /// ## References
    /// - [RBAC good practices: CSRs and certificate issuing](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#csrs-and-certificate-issuing)
    /// - [Certificate signing requests: authorization](https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization)
    id: "rbac-approve-certificates",
    title: "Rule can approve certificate requests",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Checkov, "CKV_K8S_156"), (Kubescape, "C-0280"), (Kyverno, "restrict-clusterrole-csr")],
    covered_by: WILDCARDS,
    check: Check::Role(check),
}

const HALVES: [Permission; 2] = [
    Permission {
        verbs: &["update", "patch"],
        resources: &[("certificates.k8s.io", &["certificatesigningrequests/approval"])],
        what: "the approval of certificate requests",
        so: "which with approve on a signer gives out logins",
        at: At::Resource,
        severity: Grades::cluster_roles_only(Severity::Error),
    },
    Permission {
        verbs: &["approve"],
        resources: &[("certificates.k8s.io", &["signers"])],
        what: "the signers of certificates",
        so: "which with update on the requests' approval gives out logins",
        at: At::Resource,
        severity: Grades::cluster_roles_only(Severity::Error),
    },
];

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    for half in &HALVES {
        half.find(role, report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}
                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ This rule can update certificatesigningrequests/approval
            - {apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: [example.com/*], verbs: [approve]}
                                                             ^^^^^^^ This rule can approve signers named example.com/*
            - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create, approve]}
            - {apiGroups: [certificates.k8s.io], resources: [signers], verbs: [sign]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve]}
            ",
        );
    }
}
