use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Namespace, Object, string};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Node, Patch};

rule! {
    /// kube-proxy serves its metrics on all addresses.
    ///
    /// ## Why
    /// Metrics of kube-proxy tell about Services and traffic and are served without authentication, so whoever
    /// reaches the node reads them. By default they stay on the node.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubeproxy.config.k8s.io/v1alpha1
    /// kind: KubeProxyConfiguration
    /// metricsBindAddress: 0.0.0.0:10249
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubeproxy.config.k8s.io/v1alpha1
    /// kind: KubeProxyConfiguration
    /// metricsBindAddress: 127.0.0.1:10249
    /// ```
    ///
    /// ## Fix
    /// Sets `metricsBindAddress: 127.0.0.1:10249` in a KubeProxyConfiguration; by hand inside a ConfigMap.
    /// Whatever scrapes them from another node cannot reach them then.
    ///
    /// ## When it is fine
    /// Where metrics are scraped over a network that only the scraper can use.
    ///
    /// ## References
    /// - [KubeProxyConfiguration](https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/)
    id: "kube-proxy-metrics-exposed",
    title: "kube-proxy metrics listen on all addresses",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["metricsBindAddress", "data[\"config.conf\"]"],
    also: &[(Kubescape, "C-0291")],
    check: Check::Kind(&["ConfigMap", "KubeProxyConfiguration"], check),
}

const FIELD: &str = "metricsBindAddress";
const WANTED: &str = "127.0.0.1:10249";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    match object.api_group() {
        Some("kubeproxy.config.k8s.io") => {
            let Some(address) = string(object.node, &[FIELD]).known().filter(|address| is_open(address))
            else {
                return;
            };
            let path = object.path.key(FIELD);
            let patch = Patch::Set { path: path.clone(), value: WANTED.into() };
            report
                .find(path, message(address))
                .fix(Fix::behavioural(format!("Set {FIELD}: {WANTED}"), [patch]));
        }
        Some("")
            if object.name() == Some("kube-proxy") && object.home().is(Namespace::Named("kube-system")) =>
        {
            check_map(object, report);
        }
        _ => {}
    }
}

/// The configuration is a text of its own inside of the map.
fn check_map(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let data = object.node.get("data").value();
    let Some(value) = data.and_then(|data| data.get("config.conf").value()) else { return };
    let Some(text) = value.as_str().filter(|text| text.contains(FIELD)) else { return };
    for placed in leastwise_yaml::parse(text).documents() {
        let root = placed.document.root();
        let Some(address) = string(root, &[FIELD]).known().filter(|address| is_open(address)) else {
            continue;
        };
        let found = report.find(object.path.key("data").key("config.conf"), message(address));
        if let Some(range) = place(value, address) {
            found.shown_at(range);
        }
    }
}

/// The address in the text as it is written in the outer document, where that is plain.
fn place(value: Node<'_>, address: &str) -> Option<TextRange> {
    let written = value.document().text(value.range());
    let (before, after) = written.split_once(&format!("{FIELD}:"))?;
    let line = after.lines().next()?;
    let start = before.len() + FIELD.len() + 1 + line.find(address)?;
    let start = value.range().start() + TextSize::try_from(start).ok()?;
    Some(TextRange::at(start, TextSize::try_from(address.len()).ok()?))
}

fn message(address: &str) -> String {
    format!("{FIELD} is {address}, so metrics can be read from other nodes")
}

fn is_open(address: &str) -> bool {
    ["0.0.0.0", "[::]", "::"].iter().any(|open| {
        address
            .strip_prefix(open)
            .is_some_and(|port| port.is_empty() || *open != "::" && port.starts_with(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_address_is_found_in_both() {
        check(
            &RULE,
            "
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            metricsBindAddress: \"[::]:10249\"
                                ^^^^^^^^^^^^ metricsBindAddress is [::]:10249
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: kube-proxy, namespace: kube-system}
            data:
              config.conf: |-
                kind: KubeProxyConfiguration
                metricsBindAddress: \"0.0.0.0:10249\"
                                     ^^^^^^^^^^^^^ metricsBindAddress is 0.0.0.0:10249, so metrics can be read from other nodes
                mode: ipvs
            ",
        );
    }

    #[test]
    fn local_addresses_other_maps_and_hidden_ones_are_fine() {
        for text in [
            "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n",
            "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: 127.0.0.1:10249\n",
            "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: {{ .Values.x }}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kube-proxy, namespace: kube-system}\ndata:\n  config.conf: |-\n    metricsBindAddress: \"\"\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kube-proxy, namespace: web}\ndata:\n  config.conf: |-\n    metricsBindAddress: 0.0.0.0\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_sets_it() {
        check_fix(
            &RULE,
            "
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            metricsBindAddress: 0.0.0.0 # why
            ",
            "
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            metricsBindAddress: \"127.0.0.1:10249\" # why
            ",
        );
    }
}
