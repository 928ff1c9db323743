//! What components of a cluster let others do, as their configuration files say.
//!
//! Only the fields listed here have an order; a file that differs in anything else is not judged.

use crate::data::Documents;
use crate::judge::title;
use crate::ledger::{Ledger, some_of};
use crate::{Atom, Grant};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::{Field, Node, Path};

/// A field of a configuration file.
struct Known {
    /// The API group of the file.
    group: &'static str,
    /// Where it stands.
    keys: &'static [&'static str],
    /// Whether a value allows what is named below; `None` where nobody knows.
    allows: fn(Node<'_>) -> Option<bool>,
    /// Whether it is allowed where the field is left out.
    by_default: bool,
    /// What is allowed, in words that follow the name of the file; `None` where nobody gains by the field.
    what: Option<&'static str>,
}

const KUBELET: &str = "kubelet.config.k8s.io";
const SCHEDULER: &str = "kubescheduler.config.k8s.io";
const PROXY: &str = "kubeproxy.config.k8s.io";

/// Defaults are those of the files; bare flags have others.
const FIELDS: &[Known] = &[
    Known {
        group: KUBELET,
        keys: &["authentication", "anonymous", "enabled"],
        allows: |node| node.as_bool(),
        by_default: false,
        what: Some("lets anonymous requests in"),
    },
    Known {
        group: KUBELET,
        keys: &["authorization", "mode"],
        allows: |node| match node.as_str() {
            Some("AlwaysAllow") => Some(true),
            Some("Webhook") => Some(false),
            _ => None,
        },
        by_default: false,
        what: Some("allows every request"),
    },
    Known {
        group: KUBELET,
        keys: &["readOnlyPort"],
        allows: |node| node.as_integer().map(|port| port != 0),
        by_default: false,
        what: Some("serves a port without authentication"),
    },
    Known {
        group: KUBELET,
        keys: &["streamingConnectionIdleTimeout"],
        // No digit but 0: no time at all, which means no end.
        allows: |node| node.as_text().map(|text| !text.contains(|char: char| ('1'..='9').contains(&char))),
        by_default: false,
        what: Some("keeps idle streams open"),
    },
    Known {
        group: KUBELET,
        keys: &["protectKernelDefaults"],
        allows: |node| node.as_bool().map(|protects| !protects),
        by_default: true,
        what: Some("changes kernel settings"),
    },
    Known {
        group: KUBELET,
        keys: &["makeIPTablesUtilChains"],
        allows: |node| node.as_bool(),
        by_default: true,
        what: None,
    },
    Known {
        group: KUBELET,
        keys: &["rotateCertificates"],
        allows: |node| node.as_bool(),
        by_default: false,
        what: None,
    },
    Known {
        group: KUBELET,
        keys: &["featureGates", "RotateKubeletServerCertificate"],
        allows: |node| node.as_bool(),
        by_default: true,
        what: None,
    },
    Known {
        group: SCHEDULER,
        keys: &["enableProfiling"],
        allows: |node| node.as_bool(),
        by_default: true,
        what: Some("serves profiles"),
    },
    Known {
        group: PROXY,
        keys: &["metricsBindAddress"],
        allows: |node| {
            let address = node.as_str()?;
            Some(!["", "127.0.0.1", "127.0.0.1:10249"].contains(&address))
        },
        by_default: false,
        what: Some("serves metrics to other nodes"),
    },
];

/// Whether the object is a file with fields that are known here.
pub(crate) fn is_component(object: &Object<'_>) -> bool {
    object.api_group().is_some_and(|group| [KUBELET, SCHEDULER, PROXY].contains(&group))
}

/// Compares a configuration file with itself.
pub(crate) fn compare_component<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    documents: &Documents<'d>,
    ledger: &mut Ledger,
) {
    let group = before.api_group();
    let mut judged = Vec::new();
    let mut of_no_account = Vec::new();
    for field in FIELDS.iter().filter(|field| Some(field.group) == group) {
        // A value that is hidden is left to the comparison of the rest.
        let (Some(was), Some(is)) = (field.read(before), field.read(after)) else { continue };
        let path = Path::root().keys(field.keys);
        judged.push(path.clone());
        if was == is {
            continue;
        }
        let Some(what) = field.what else {
            of_no_account.push(path);
            continue;
        };
        let atom = |object: &Object<'_>| Atom {
            grant: Grant::ComponentAccess { what: what.to_owned() },
            resource: object.resource(),
            path,
        };
        if is {
            ledger.gain([atom(after)]);
        } else {
            ledger.lose([atom(before)]);
        }
    }
    let title = title(&before.resource());
    ledger.assume_no_account(&title, &of_no_account);
    let others = documents.differing(before.node, after.node, &judged);
    if !others.is_empty() {
        ledger.hide(true, true, format!("the meaning of {} in {title} is not judged", some_of(&others)));
    }
}

impl Known {
    fn read(&self, object: &Object<'_>) -> Option<bool> {
        match lookup(object.node, self.keys) {
            Field::Absent => Some(self.by_default),
            Field::Present(entry) if entry.value.is_null() => Some(self.by_default),
            Field::Present(entry) => (self.allows)(entry.value),
            Field::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Verdict, compare};
    use leastwise_manifest::objects;

    /// What is said of a kubelet's file whose fields change so.
    fn verdict(before: &str, after: &str) -> Verdict {
        let file = |fields: &str| {
            let head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
            leastwise_yaml::parse(&format!("{head}{fields}"))
        };
        let (before, after) = (file(before), file(after));
        compare(&objects(&before.documents()[0].document), &objects(&after.documents()[0].document)).verdict
    }

    #[test]
    fn known_fields_have_an_order() {
        let anonymous = |enabled| format!("authentication: {{anonymous: {{enabled: {enabled}}}}}\n");
        assert_eq!(verdict(&anonymous("true"), &anonymous("false")), Verdict::Narrower);
        assert_eq!(verdict(&anonymous("false"), &anonymous("true")), Verdict::Broader);
        assert_eq!(verdict("readOnlyPort: 10255\n", "readOnlyPort: 0\n"), Verdict::Narrower);
        assert_eq!(verdict("readOnlyPort: 0\n", ""), Verdict::Equal);
        assert_eq!(verdict("", "protectKernelDefaults: true\n"), Verdict::Narrower);
        assert_eq!(verdict("", "rotateCertificates: true\n"), Verdict::Equal);
        assert_eq!(
            verdict("readOnlyPort: 10255\nprotectKernelDefaults: true\n", "readOnlyPort: 0\n"),
            Verdict::Incomparable
        );
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        assert_eq!(verdict("staticPodPath: /a\n", "staticPodPath: /b\n"), Verdict::Undecided);
        assert_eq!(verdict("readOnlyPort: {{ .Values.port }}\n", "readOnlyPort: 0\n"), Verdict::Undecided);
        let mode = |mode| format!("authorization: {{mode: {mode}}}\n");
        assert_eq!(verdict(&mode("AlwaysAllow"), &mode("Other")), Verdict::Undecided);
    }
}
