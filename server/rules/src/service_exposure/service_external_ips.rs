use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Object, Service, lookup};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A Service claims IP addresses of its own choice.
    ///
    /// ## Why
    /// Nodes send what is meant for these addresses to the pods of the Service, whoever they belong to. Who may
    /// create Services can so read the traffic of others (CVE-2020-8554).
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, externalIPs: [203.0.113.7], ports: [{port: 80}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, ports: [{port: 80}]}
    /// ```
    ///
    /// ## Fix
    /// Removes `externalIPs`. What came in through those addresses then needs an Ingress, a Gateway or a load
    /// balancer.
    ///
    /// ## When it is fine
    /// On clusters whose administrators hand out addresses in this way and admit no others.
    ///
    /// ## References
    /// - [CVE-2020-8554](https://nvd.nist.gov/vuln/detail/CVE-2020-8554)
    /// - [Service: external IPs](https://kubernetes.io/docs/concepts/services-networking/service/#external-ips)
    id: "service-external-ips",
    title: "Service claims external IPs",
    severity: Severity::Error,
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["spec.externalIPs"],
    also: &[(Trivy, "KSV-0108"), (Kyverno, "restrict-external-ips")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    let Some(addresses) = lookup(object.node, &["spec", "externalIPs"]).value() else { return };
    let Some(first) = addresses.items().next() else { return };
    let address = first.value.as_str().map_or(String::new(), |address| format!(", such as {address}"));
    let path = object.path.keys(&["spec", "externalIPs"]);
    let message = format!("{} takes the traffic of IP addresses that it claims{address}", service.title());
    // Without an address from outside, a ClusterIP must not have a policy for traffic from outside.
    let is_needed =
        !service.is_external() && !lookup(object.node, &["spec", "externalTrafficPolicy"]).is_absent();
    let patch = Patch::Remove { path: path.clone(), emptied: Emptied::Remove };
    let found = report.find(path, message);
    if !is_needed {
        found.fix(Fix::behavioural("Remove externalIPs", [patch]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_list_is_marked_at_its_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              externalIPs: [203.0.113.7]
              ^^^^^^^^^^^ Service \"web\" takes the traffic of IP addresses that it claims, such as 203.0.113.7
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {externalIPs: []}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {externalIPs: null}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {externalIPs: {{ .Values.ips }}}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              externalIPs:
              - 203.0.113.7
              selector: {app: web} # all of them
            ",
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web} # all of them
            ",
        );
    }
}
