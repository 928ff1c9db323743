use crate::setting::{Setting, lookup, string};
use crate::{Namespace, Object};
use leastwise_yaml::{Node, Path};

/// The kinds of routes of the Gateway API that lead to Services.
pub const ROUTE_KINDS: &[&str] = &["GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

/// A route of the Gateway API.
#[derive(Clone, Debug)]
pub struct Route<'d> {
    /// The object.
    pub object: Object<'d>,
}

/// A Service that a route leads to.
#[derive(Clone, Debug)]
pub struct RouteBackend<'d> {
    /// Its name.
    pub service: &'d str,
    /// Where the name stands.
    pub service_path: Path,
    /// Where the Service lives: by default beside the route.
    pub home: Namespace<'d>,
}

impl<'d> Route<'d> {
    /// The object as a route, if it is one.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        let is_one = object.kind().is_some_and(|kind| ROUTE_KINDS.contains(&kind))
            && object.api_group() == Some("gateway.networking.k8s.io");
        is_one.then(|| Self { object: object.clone() })
    }

    /// The Services that it leads to; backends of other kinds are left out.
    pub fn backends(&self) -> impl Iterator<Item = RouteBackend<'d>> + use<'d> {
        let rules = self.object.path.keys(&["spec", "rules"]);
        let own_home = self.object.home();
        let items = lookup(self.object.node, &["spec", "rules"]).value().into_iter().flat_map(Node::items);
        items.flat_map(move |rule| {
            let list = rules.index(rule.index).key("backendRefs");
            let references = rule.value.get("backendRefs").value().into_iter().flat_map(Node::items);
            references.filter_map(move |item| {
                let is = |key, expected| match string(item.value, &[key]) {
                    Setting::Set(text, _) => text == expected,
                    Setting::Unset => true,
                    Setting::Unknown => false,
                };
                let service = string(item.value, &["name"]).known()?;
                let home = match string(item.value, &["namespace"]) {
                    Setting::Set(namespace, _) => Namespace::Named(namespace),
                    Setting::Unset => own_home,
                    Setting::Unknown => Namespace::Unknown,
                };
                (is("kind", "Service") && is("group", "")).then(|| RouteBackend {
                    service,
                    service_path: list.index(item.index).key("name"),
                    home,
                })
            })
        })
    }
}
