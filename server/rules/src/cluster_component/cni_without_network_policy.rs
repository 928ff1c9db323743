use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, string};

rule! {
    /// The network plugin of the cluster does not enforce NetworkPolicy objects.
    ///
    /// ## Why
    /// The API server takes NetworkPolicies all the same, so people believe that pods are kept apart while every pod
    /// reaches every other. Flannel alone, with helpers such as `portmap`, connects pods and no more.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: kube-flannel-cfg, namespace: kube-flannel}
    /// data:
    ///   cni-conf.json: |
    ///     {"name": "cbr0", "plugins": [{"type": "flannel"}, {"type": "portmap"}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: canal-config, namespace: kube-system}
    /// data:
    ///   cni-conf.json: |
    ///     {"name": "canal", "plugins": [{"type": "calico"}, {"type": "portmap"}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: add a component that enforces policies (Canal joins Flannel with Calico; kube-network-policies runs
    /// beside any plugin), or move to a plugin that does.
    ///
    /// ## When it is fine
    /// In clusters of one tenant that rely on no NetworkPolicy, and where something beside the plugin enforces them.
    ///
    /// ## References
    /// - [Network policies: prerequisites](https://kubernetes.io/docs/concepts/services-networking/network-policies/#prerequisites)
    /// - [Flannel: network policy](https://github.com/flannel-io/flannel/blob/master/Documentation/netpol.md)
    id: "cni-without-network-policy",
    title: "CNI plugin ignores NetworkPolicy",
    family: Family::ClusterComponent,
    fields: &["data[\"cni-conf.json\"]"],
    also: &[(Kics, "03aabc8c-35d6-481e-9c85-20139cf72d23")],
    check: Check::Kind(&["ConfigMap"], check),
}

/// Plugins that refine what another has set up, and enforce no NetworkPolicy.
const HELPERS: [&str; 8] = ["bandwidth", "dhcp", "firewall", "loopback", "portmap", "sbr", "tuning", "vrf"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(data) = object.node.get("data").value() else { return };
    for entry in data.entries() {
        let (Some(key), Some(text)) = (entry.key.key_text(), entry.value.as_str()) else { continue };
        if text.contains("flannel") && is_flannel_alone(text) {
            let message = "This CNI configuration runs Flannel alone, which does not enforce NetworkPolicies";
            report.find(object.path.keys(&["data", key]), message);
        }
    }
}

/// Reads the JSON in the text, which is YAML as well.
fn is_flannel_alone(text: &str) -> bool {
    let stream = leastwise_yaml::parse(text);
    let [placed] = stream.documents() else { return false };
    let Some(plugins) = placed.document.root().get("plugins").value() else { return false };
    let kinds =
        |keys: &'static [&str]| plugins.items().filter_map(move |plugin| string(plugin.value, keys).known());
    // Flannel may leave the rest to another plugin, as Canal has it do.
    let types: Vec<_> = kinds(&["type"]).chain(kinds(&["delegate", "type"])).collect();
    types.contains(&"flannel") && types.iter().all(|plugin| *plugin == "flannel" || HELPERS.contains(plugin))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn flannel_alone_is_found() {
        check(
            &RULE,
            r#"
            apiVersion: v1
            kind: ConfigMap
            data:
              net-conf.json: '{"Network": "10.244.0.0/16", "Backend": {"Type": "vxlan"}}'
              cni-conf.json: '{"plugins": [{"type": "flannel"}, {"type": "portmap"}]}'
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Flannel alone
            "#,
        );
    }

    #[test]
    fn flannel_with_a_policy_engine_and_other_texts_are_fine() {
        for text in [
            r#"'{"plugins": [{"type": "flannel"}, {"type": "cilium-cni"}]}'"#,
            r#"'{"plugins": [{"type": "calico"}]}'"#,
            r#"'{"plugins": [{"type": "flannel", "delegate": {"type": "calico"}}]}'"#,
            "flannel is a plugin",
            r#"'{"plugins": [{"type": "flannel"}, {"type": "{{ .Values.more }}"}]}'"#,
            "'[flannel'",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  cni-conf.json: {text}\n"),
            );
        }
    }
}
