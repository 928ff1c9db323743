//! What policies admit that choose among pods: PodSecurityPolicy and SecurityContextConstraints.

use crate::support::{check, compared};
use leastwise_privilege::Verdict;

fn policy(spec: &str) -> String {
    format!(
        "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {{name: web}}\nspec: {{{spec}}}\n"
    )
}

fn verdict(before: &str, after: &str) -> Verdict {
    compared(&policy(before), &policy(after)).verdict
}

#[test]
fn flags_have_their_defaults() {
    for (field, admits) in [
        ("privileged", "privileged containers"),
        ("hostPID", "pods in the node's process namespace"),
        ("hostIPC", "pods in the node's IPC namespace"),
        ("hostNetwork", "pods in the node's network namespace"),
    ] {
        let lost = format!("narrower\n- web admits {admits} (spec.{field})\n");
        check(&policy(&format!("{field}: true")), &policy(""), &lost);
        check(&policy(&format!("{field}: false")), &policy(""), "equal\n");
    }
    let lost = "narrower\n- web admits containers that may gain privileges (spec.allowPrivilegeEscalation)\n";
    check(&policy(""), &policy("allowPrivilegeEscalation: false"), lost);
    check(&policy(""), &policy("allowPrivilegeEscalation: true"), "equal\n");
}

#[test]
fn lists_of_what_is_allowed_are_ordered_by_what_they_cover() {
    check(
        &policy("allowedUnsafeSysctls: ['kernel.msg*', net.core.somaxconn]"),
        &policy("allowedUnsafeSysctls: [kernel.msgmax]"),
        "
        narrower
        - web admits the unsafe sysctl kernel.msg* (spec.allowedUnsafeSysctls)
        - web admits the unsafe sysctl net.core.somaxconn (spec.allowedUnsafeSysctls)
        ",
    );
    assert_eq!(verdict("allowedCapabilities: ['*']", "allowedCapabilities: [KILL]"), Verdict::Narrower);
    assert_eq!(verdict("allowedCapabilities: [CHOWN]", "allowedCapabilities: [KILL]"), Verdict::Incomparable);
    assert_eq!(
        verdict("allowedProcMountTypes: [Default, Unmasked]", "allowedProcMountTypes: [Default]"),
        Verdict::Narrower
    );
    assert_eq!(verdict("allowedProcMountTypes: [Default]", ""), Verdict::Equal);
}

#[test]
fn to_require_more_drops_is_less() {
    check(
        &policy("requiredDropCapabilities: [KILL]"),
        &policy("requiredDropCapabilities: [KILL, NET_RAW]"),
        "narrower\n- web lets containers keep the capability NET_RAW (spec.requiredDropCapabilities)\n",
    );
    assert_eq!(
        verdict("requiredDropCapabilities: [KILL]", "requiredDropCapabilities: [ALL]"),
        Verdict::Narrower
    );
    assert_eq!(
        verdict("requiredDropCapabilities: [KILL]", "requiredDropCapabilities: [CHOWN]"),
        Verdict::Incomparable
    );
    assert_eq!(
        verdict("requiredDropCapabilities: [ALL, KILL]", "requiredDropCapabilities: [ALL]"),
        Verdict::Equal
    );
}

#[test]
fn rules_for_users_are_compared_and_ranges_are_not() {
    let any = "runAsUser: {rule: RunAsAny}";
    let not_root = "runAsUser: {rule: MustRunAsNonRoot}";
    let ranges = |first: u32| format!("runAsUser: {{rule: MustRunAs, ranges: [{{min: {first}, max: 9}}]}}");
    assert_eq!(verdict(any, not_root), Verdict::Narrower);
    assert_eq!(verdict("", any), Verdict::Equal);
    assert_eq!(verdict(&ranges(1), &ranges(1)), Verdict::Equal);
    assert_eq!(verdict(&ranges(1), &ranges(2)), Verdict::Undecided);
    assert_eq!(verdict(&ranges(0), not_root), Verdict::Undecided);
}

#[test]
fn the_runtimes_seccomp_profile_only_takes_away() {
    let annotated = |default: &str, allowed: &str| {
        policy("").replace(
            "{name: web}",
            &format!(
                "{{name: web, annotations: {{seccomp.security.alpha.kubernetes.io/defaultProfileName: {default}, \
                 seccomp.security.alpha.kubernetes.io/allowedProfileNames: {allowed}}}}}"
            ),
        )
    };
    let verdict = |before: &str, after: &str| compared(before, after).verdict;
    let filtered = annotated("runtime/default", "runtime/default");
    assert_eq!(verdict(&policy(""), &filtered), Verdict::Narrower);
    assert_eq!(verdict(&annotated("docker/default", "docker/default"), &filtered), Verdict::Equal);
    assert_eq!(verdict(&annotated("localhost/web", "null"), &filtered), Verdict::Incomparable);
    assert_eq!(verdict(&filtered, &annotated("runtime/default", "'runtime/default,*'")), Verdict::Broader);
    let other = filtered.replace(
        "annotations: {",
        "annotations: {apparmor.security.beta.kubernetes.io/defaultProfileName: x, ",
    );
    assert_eq!(verdict(&policy(""), &other), Verdict::Undecided);
}

#[test]
fn what_is_not_read_and_templates_are_undecided() {
    assert_eq!(verdict("volumes: [secret]", "volumes: [configMap]"), Verdict::Undecided);
    assert_eq!(verdict("hostPorts: [{min: 1, max: 2}]", ""), Verdict::Undecided);
    let hidden = "allowedCapabilities: [\"{{ .Values.capability }}\"]";
    assert_eq!(verdict(hidden, "allowedCapabilities: [KILL]"), Verdict::Undecided);
    assert_eq!(verdict(hidden, ""), Verdict::Narrower);
    assert_eq!(verdict("hostPID: \"{{ .Values.pid }}\"", "hostPID: \"{{ .Values.pid }}\""), Verdict::Equal);
}

#[test]
fn constraints_have_flags_of_their_own() {
    let constraints = |fields: &str| {
        format!(
            "apiVersion: security.openshift.io/v1\nkind: SecurityContextConstraints\nmetadata: {{name: web}}\n{fields}\n"
        )
    };
    check(
        &constraints("allowPrivilegedContainer: true"),
        &constraints("allowPrivilegedContainer: false"),
        "narrower\n- web admits privileged containers (allowPrivilegedContainer)\n",
    );
    check(&constraints("allowPrivilegedContainer: false"), &constraints(""), "equal\n");
    let users = compared(&constraints("users: [web]"), &constraints("users: []"));
    assert_eq!(users.verdict, Verdict::Undecided);
}
