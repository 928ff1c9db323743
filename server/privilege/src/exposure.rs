//! What Services, Ingresses and the configuration of ingress-nginx open, and to whom.
//!
//! Only what is read here has an order; an object that differs in anything else is not judged.

use crate::data::{Documents, canonical, written};
use crate::judge::title;
use crate::ledger::{Ledger, some_of};
use crate::{Atom, Grant};
use leastwise_manifest::{Ingress, Object, Service, lookup};
use leastwise_yaml::{Field, Kind, Node, Path};

const NGINX: &str = "nginx.ingress.kubernetes.io/";
const ALLOW_HTTP: &str = "kubernetes.io/ingress.allow-http";
const ALLOW_SNIPPETS: &str = "allow-snippet-annotations";

/// A field with an order.
struct Opening {
    /// Where it stands.
    keys: &'static [&'static str],
    /// What it opens, in words that follow the name of the object; `None` where nobody knows.
    opens: fn(Field<'_>) -> Option<Vec<String>>,
}

const SERVICE: &[Opening] = &[
    Opening { keys: &["spec", "type"], opens: by_type },
    Opening { keys: &["spec", "externalIPs"], opens: by_addresses },
];
const INGRESS: &[Opening] = &[
    Opening { keys: &["spec", "defaultBackend"], opens: by_default_backend },
    Opening { keys: &["spec", "backend"], opens: by_default_backend },
];
const CONFIG_MAP: &[Opening] = &[Opening { keys: &["data", ALLOW_SNIPPETS], opens: by_snippets }];

/// The fields of the object that have an order; none where nothing is known of its kind.
fn openings(object: &Object<'_>) -> &'static [Opening] {
    if Service::of(object).is_some() {
        SERVICE
    } else if Ingress::of(object).is_some() {
        INGRESS
    } else if object.kind() == Some("ConfigMap") && object.api_group() == Some("") {
        CONFIG_MAP
    } else {
        &[]
    }
}

/// Whether the object opens something that is known here.
pub(crate) fn is_exposure(object: &Object<'_>) -> bool {
    !openings(object).is_empty()
}

/// Compares such an object with itself.
pub(crate) fn compare_exposure<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    documents: &Documents<'d>,
    ledger: &mut Ledger,
) {
    let mut judged = Vec::new();
    for opening in openings(before) {
        let read = |object: &Object<'d>| (opening.opens)(lookup(object.node, opening.keys));
        // A value that is hidden is left to the comparison of the rest.
        let (Some(was), Some(is)) = (read(before), read(after)) else { continue };
        let path = Path::root().keys(opening.keys);
        record(&Opened { object: before, what: was }, &Opened { object: after, what: is }, &path, ledger);
        judged.push(path);
    }
    let title = title(&before.resource());
    if Ingress::of(before).is_some() {
        judged.extend(compare_annotations(before, after, documents, ledger));
        judged.extend(compare_tls_hosts(before, after, ledger));
    }
    judged.extend(typed_node_ports(before, after));
    let others = documents.differing(before.node, after.node, &judged);
    if !others.is_empty() {
        ledger.hide(true, true, format!("the meaning of {} in {title} is not judged", some_of(&others)));
    }
}

/// What an object opens by one field.
struct Opened<'o, 'd> {
    object: &'o Object<'d>,
    what: Vec<String>,
}

/// Writes down what only one side opens.
fn record(before: &Opened<'_, '_>, after: &Opened<'_, '_>, path: &Path, ledger: &mut Ledger) {
    let beyond = |one: &Opened<'_, '_>, other: &Opened<'_, '_>| -> Vec<Atom> {
        let more = one.what.iter().filter(|what| !other.what.contains(what));
        let atom = |what: &String| Atom {
            grant: Grant::Exposure { what: what.clone() },
            resource: one.object.resource(),
            path: path.clone(),
        };
        more.map(atom).collect()
    };
    ledger.lose(beyond(before, after));
    ledger.gain(beyond(after, before));
}

/// The value of a field: `Some(None)` where it is absent or null, `None` where nobody knows.
#[allow(clippy::option_option, reason = "absent and hidden are two answers")]
fn value(field: Field<'_>) -> Option<Option<Node<'_>>> {
    match field {
        Field::Absent => Some(None),
        Field::Present(entry) if entry.value.is_null() => Some(None),
        Field::Present(entry) => Some(Some(entry.value)),
        Field::Unknown => None,
    }
}

/// A load balancer sends to ports of the nodes, unless it is told not to.
fn by_type(field: Field<'_>) -> Option<Vec<String>> {
    let kind = match value(field)? {
        Some(node) => node.as_str()?,
        None => "ClusterIP",
    };
    let opens: &[&str] = match kind {
        "ClusterIP" => &[],
        "NodePort" => &["opens ports on every node"],
        "LoadBalancer" => &["opens ports on every node", "asks for a load balancer"],
        _ => return None,
    };
    Some(opens.iter().map(|what| (*what).to_owned()).collect())
}

fn by_addresses(field: Field<'_>) -> Option<Vec<String>> {
    let Some(list) = value(field)? else { return Some(Vec::new()) };
    let is_list = matches!(list.kind(), Kind::Sequence) && !list.is_open();
    let address = |node: Node<'_>| Some(format!("takes the traffic of {}", node.as_str()?));
    is_list.then(|| list.items().map(|item| address(item.value)).collect())?
}

fn by_default_backend(field: Field<'_>) -> Option<Vec<String>> {
    let Some(backend) = value(field)? else { return Some(Vec::new()) };
    Some(vec![format!("sends what no rule matches to {}", canonical(backend, &[])?)])
}

/// What holds where the key is not there depends on the version.
fn by_snippets(field: Field<'_>) -> Option<Vec<String>> {
    const BY_DEFAULT: &str = "accepts snippets where that is the default";
    let opens: &[&str] = match value(field)?.map(Node::as_text) {
        None => &[BY_DEFAULT],
        Some(Some("true")) => &[BY_DEFAULT, "accepts snippets"],
        Some(Some("false")) => &[],
        Some(_) => return None,
    };
    Some(opens.iter().map(|what| (*what).to_owned()).collect())
}

/// Compares the annotations of an Ingress, and tells where they stand. Nothing is written down where others than
/// those that open something differ.
fn compare_annotations<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    documents: &Documents<'d>,
    ledger: &mut Ledger,
) -> Option<Path> {
    let was = Annotations::of(before)?;
    let is = Annotations::of(after)?;
    let hidden_alike = !(was.hidden || is.hidden) || documents.hide_alike();
    if was.others != is.others || !hidden_alike {
        return None;
    }
    let path = Path::root().keys(&["metadata", "annotations"]);
    if was.opens.iter().any(|what| !is.opens.contains(what)) {
        let title = title(&before.resource());
        ledger.assume(format!("{title}: what the annotations wrote into the configuration refused nobody"));
    }
    record(
        &Opened { object: before, what: was.opens },
        &Opened { object: after, what: is.opens },
        &path,
        ledger,
    );
    Some(path)
}

/// The annotations of an Ingress.
struct Annotations<'d> {
    /// What they open, in words.
    opens: Vec<String>,
    /// Those that open nothing, in order of their keys.
    others: Vec<(&'d str, &'d str)>,
    /// Some are hidden, in part or altogether.
    hidden: bool,
}

impl<'d> Annotations<'d> {
    /// `None` where they are no mapping.
    fn of(object: &Object<'d>) -> Option<Self> {
        let mut read = Self { opens: Vec::new(), others: Vec::new(), hidden: false };
        let mut allows_http = true;
        if let Some(node) = value(lookup(object.node, &["metadata", "annotations"]))? {
            if !matches!(node.kind(), Kind::Mapping) {
                return None;
            }
            read.hidden = node.is_open();
            for entry in node.entries().into_iter().filter(|entry| !entry.value.is_null()) {
                let text = |node: Node<'d>| node.as_text().unwrap_or_else(|| written(node));
                read.hidden |= entry.key.is_unknown() || entry.value.is_unknown();
                let (key, value) = (text(entry.key), text(entry.value));
                match key.strip_prefix(NGINX) {
                    Some(name) if writes_configuration(name) => {
                        read.opens
                            .push(format!("writes {name} into the configuration of ingress-nginx: {value}"));
                    }
                    None if key == ALLOW_HTTP => allows_http = value != "false",
                    _ => read.others.push((key, value)),
                }
            }
        }
        if allows_http {
            read.opens.push("answers plain HTTP".to_owned());
        }
        read.others.sort_unstable();
        Some(read)
    }
}

/// Whether an annotation of ingress-nginx only adds to what the server does. Others, such as those about
/// authentication, also take away.
fn writes_configuration(name: &str) -> bool {
    name.ends_with("-snippet") || matches!(name, "mirror-target" | "mirror-host")
}

/// Compares the hosts of the entries of TLS, and tells where they stand: a host that has none is served in the clear.
fn compare_tls_hosts<'d>(before: &Object<'d>, after: &Object<'d>, ledger: &mut Ledger) -> Vec<Path> {
    let entries = |node| lookup(node, &["spec", "tls"]).value();
    let (Some(was), Some(is)) = (entries(before.node), entries(after.node)) else { return Vec::new() };
    let path = Path::root().keys(&["spec", "tls"]);
    let mut judged = Vec::new();
    for (was, is) in was.items().zip(is.items()) {
        let Some((had, has)) = tls_hosts(was.value).zip(tls_hosts(is.value)) else { continue };
        let path = path.index(was.index).key("hosts");
        let clear = |one: &[&str], other: &[&str]| {
            let lacking = one.iter().filter(|host| !other.contains(host));
            lacking.map(|host| format!("serves {host} in the clear")).collect()
        };
        let before = Opened { object: before, what: clear(&has, &had) };
        let after = Opened { object: after, what: clear(&had, &has) };
        record(&before, &after, &path, ledger);
        judged.push(path);
    }
    judged
}

/// The hosts of an entry. `None` where some are hidden, or all are left to the controller.
fn tls_hosts(entry: Node<'_>) -> Option<Vec<&str>> {
    let list = entry.get("hosts").value().filter(|list| !list.is_open())?;
    let hosts: Option<Vec<_>> = list.items().map(|item| item.value.as_str()).collect();
    hosts.filter(|hosts| !hosts.is_empty())
}

/// The numbers of node ports that come or go with the type, where one side is a ClusterIP without any.
fn typed_node_ports(before: &Object<'_>, after: &Object<'_>) -> Vec<Path> {
    let (Some(was), Some(is)) = (Service::of(before), Service::of(after)) else { return Vec::new() };
    let opens_none = |service: &Service<'_>| {
        service.is_of("ClusterIP") && service.ports().all(|port| port.node.get("nodePort").is_absent())
    };
    let other = if opens_none(&is) {
        was
    } else if opens_none(&was) {
        is
    } else {
        return Vec::new();
    };
    let paths = other.ports().filter_map(|port| port.path.key("nodePort").relative_to(&other.object.path));
    paths.collect()
}

#[cfg(test)]
mod tests {
    use crate::{Verdict, compare};
    use leastwise_manifest::objects;

    fn verdict(head: &str, before: &str, after: &str) -> Verdict {
        let parse = |rest: &str| leastwise_yaml::parse(&format!("{head}{rest}\n"));
        let (before, after) = (parse(before), parse(after));
        compare(&objects(&before.documents()[0].document), &objects(&after.documents()[0].document)).verdict
    }

    #[test]
    fn services() {
        let service = |before, after| verdict("apiVersion: v1\nkind: Service\nspec: ", before, after);
        let node_port = "{type: NodePort, ports: [{port: 80, nodePort: 30080}]}";
        assert_eq!(service(node_port, "{type: ClusterIP, ports: [{port: 80}]}"), Verdict::Narrower);
        assert_eq!(service("{type: ClusterIP, ports: [{port: 80}]}", node_port), Verdict::Broader);
        assert_eq!(service("{type: ClusterIP}", "{type: NodePort}"), Verdict::Broader);
        assert_eq!(service(node_port, "{type: ClusterIP, ports: [{port: 81}]}"), Verdict::Undecided);
        assert_eq!(service("{type: ClusterIP}", "{}"), Verdict::Equal);
        assert_eq!(service("{type: ExternalName}", "{}"), Verdict::Undecided);
        assert_eq!(service("{externalIPs: [192.0.2.1]}", "{}"), Verdict::Narrower);
        assert_eq!(
            service("{externalIPs: [192.0.2.1]}", "{externalIPs: [192.0.2.2]}"),
            Verdict::Incomparable
        );
        assert_eq!(service("{selector: {a: b}}", "{selector: {a: c}}"), Verdict::Undecided);
        assert_eq!(service("{externalIPs: {{ .Values.a }}}", "{}"), Verdict::Undecided);
    }

    #[test]
    fn ingresses() {
        let head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\n";
        let spec = |before: &str, after: &str| verdict(&format!("{head}spec: "), before, after);
        assert_eq!(spec("{defaultBackend: {a: b}, rules: []}", "{rules: []}"), Verdict::Narrower);
        assert_eq!(spec("{rules: [{host: a}]}", "{rules: []}"), Verdict::Undecided);
        let tls = |hosts| format!("{{tls: [{{hosts: {hosts}}}]}}");
        assert_eq!(spec(&tls("[a]"), &tls("[a, b]")), Verdict::Narrower);
        assert_eq!(spec(&tls("[a, b]"), &tls("[a]")), Verdict::Broader);
        let annotations = |before, after| verdict(&format!("{head}metadata: "), before, after);
        let snippet = "{name: a, annotations: {nginx.ingress.kubernetes.io/server-snippet: a, b: c}}";
        assert_eq!(annotations(snippet, "{name: a, annotations: {b: c}}"), Verdict::Narrower);
        assert_eq!(annotations("{name: a, annotations: {b: c}}", snippet), Verdict::Broader);
        assert_eq!(annotations(snippet, "{name: a}"), Verdict::Undecided);
        let authentication = "{name: a, annotations: {nginx.ingress.kubernetes.io/auth-url: a}}";
        assert_eq!(annotations(authentication, "{name: a}"), Verdict::Undecided);
        let no_http = "{name: a, annotations: {kubernetes.io/ingress.allow-http: \"false\"}}";
        assert_eq!(annotations("{name: a}", no_http), Verdict::Narrower);
        assert_eq!(annotations(no_http, "{name: a}"), Verdict::Broader);
    }

    #[test]
    fn configuration_of_ingress_nginx() {
        let data = |before, after| verdict("apiVersion: v1\nkind: ConfigMap\ndata: ", before, after);
        let (on, off) = ("{allow-snippet-annotations: \"true\"}", "{allow-snippet-annotations: \"false\"}");
        assert_eq!(data(on, off), Verdict::Narrower);
        assert_eq!(data(off, on), Verdict::Broader);
        assert_eq!(data("{}", off), Verdict::Narrower);
        assert_eq!(data("{a: b}", "{a: c}"), Verdict::Undecided);
    }
}
