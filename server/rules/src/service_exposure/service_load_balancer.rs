use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, Service, Setting, lookup};
use leastwise_yaml::Field;

rule! {
    /// A Service asks the cloud for a load balancer that the outside reaches.
    ///
    /// ## Why
    /// Each such Service is a public address of its own, which no Ingress guards. Annotations of the known providers
    /// that ask for an internal one are read; with `loadBalancerSourceRanges` it is a hint.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: web
    ///   annotations:
    ///     networking.gke.io/load-balancer-type: Internal
    /// spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: put an Ingress or Gateway in front, or ask the provider for an internal load balancer.
    ///
    /// ## When it is fine
    /// For the Ingress controller or Gateway itself, and for protocols that neither speaks.
    ///
    /// ## References
    /// - [Service: type LoadBalancer](https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer)
    id: "service-load-balancer",
    title: "Service asks for an external load balancer",
    severity: Severity::Info,
    family: Family::ServiceExposure,
    fields: &["spec.type"],
    also: &[(KubeLinter, "exposed-services"), (Kics, "26763a1c-5dda-4772-b507-5fca7fb5f165"), (Kubescape, "C-0256"), (Kyverno, "no-loadbalancer-service")],
    check: Check::Kind(&["Service"], check),
}

/// Annotations that ask for a load balancer that only the own network reaches, with the values that do; any value
/// but `false` where none are listed.
const INTERNAL: &[(&str, &[&str])] = &[
    ("cloud.google.com/load-balancer-type", &["Internal", "internal"]),
    ("networking.gke.io/load-balancer-type", &["Internal", "internal"]),
    ("oci-network-load-balancer.oraclecloud.com/internal", &["true"]),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", &["intranet"]),
    ("service.beta.kubernetes.io/aws-load-balancer-internal", &[]),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internal"]),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", &["true"]),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", &["true"]),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", &["private"]),
    ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", &[]),
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    if !service.is_of("LoadBalancer") || INTERNAL.iter().any(|internal| may_say(object, *internal)) {
        return;
    }
    let ranges = lookup(object.node, &["spec", "loadBalancerSourceRanges"]);
    let is_limited = match ranges {
        Field::Absent => false,
        Field::Unknown => true,
        Field::Present(ranges) => ranges.value.is_unknown() || ranges.value.items().next().is_some(),
    };
    let severity = if is_limited { Severity::Hint } else { Severity::Info };
    let message = format!("{} asks for a load balancer that the outside reaches", service.title());
    report.find(object.path.keys(&["spec", "type"]), message).severity(severity);
}

/// Whether the annotation says so, or may.
fn may_say(object: &Object<'_>, (key, values): (&str, &[&str])) -> bool {
    match object.annotation(key) {
        Setting::Set(value, _) if values.is_empty() => value != "false" && !value.is_empty(),
        Setting::Set(value, _) => values.contains(&value),
        Setting::Unset => false,
        Setting::Unknown => true,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_type_is_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              annotations: {service.beta.kubernetes.io/aws-load-balancer-internal: \"false\"}
            spec:
              type: LoadBalancer
                    ^^^^^^^^^^^^ Service \"web\" asks for a load balancer
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: {{ .Values.type }}}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: true}}\nspec: {type: LoadBalancer}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {annotations: {{ .Values.annotations }}}\nspec: {type: LoadBalancer}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn source_ranges_make_it_a_hint() {
        let text = "apiVersion: v1\nkind: Service\nspec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]}\n";
        assert_eq!(find(&RULE, &Settings::default(), text)[0].1.severity, Severity::Hint);
    }
}
