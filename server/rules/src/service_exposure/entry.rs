//! What lets the outside in to a Service.

use leastwise_manifest::{
    Declared, Ingress, Namespace, Object, ROUTE_KINDS, Route, Service, View, lookup, string,
};
use leastwise_yaml::Node;

/// An Ingress, a route of the Gateway API or a VirtualService with a gateway that certainly leads to the Service.
pub(super) fn entry<'w>(service: &Service<'_>, view: &View<'w>) -> Option<&'w Declared> {
    let (name, home) = (service.object.name()?, service.object.home());
    let by_ingress = view.in_namespace("Ingress", home).find(|declared| {
        let ingress = Ingress::of(&declared.object());
        ingress.is_some_and(|ingress| ingress.backends().any(|backend| backend.service == name))
    });
    let by_route = || {
        ROUTE_KINDS.iter().flat_map(|kind| view.of_kind(kind)).find(|declared| {
            let route = Route::of(&declared.object());
            route.is_some_and(|route| {
                route.backends().any(|backend| backend.service == name && backend.home.is(home))
            })
        })
    };
    let by_virtual_service = || {
        view.of_kind("VirtualService").find(|declared| {
            let object = declared.object();
            has_gateway(&object) && destinations(&object).any(|host| leads_to(host, &object, name, home))
        })
    };
    by_ingress.or_else(by_route).or_else(by_virtual_service)
}

/// Whether it is for a gateway; `mesh` stands for the pods of the mesh, and is the default.
fn has_gateway(object: &Object<'_>) -> bool {
    let gateways = lookup(object.node, &["spec", "gateways"]).value();
    let mut gateways = gateways.into_iter().flat_map(Node::items);
    gateways.any(|gateway| gateway.value.as_str().is_some_and(|name| name != "mesh"))
}

/// The hosts to which an Istio VirtualService sends requests.
fn destinations<'d>(object: &Object<'d>) -> impl Iterator<Item = &'d str> {
    let node = object.node;
    let lists = ["http", "tls", "tcp"].into_iter();
    let rules = lists.filter_map(move |list| lookup(node, &["spec", list]).value()).flat_map(Node::items);
    let routes = rules.filter_map(|rule| rule.value.get("route").value()).flat_map(Node::items);
    routes.filter_map(|route| string(route.value, &["destination", "host"]).known())
}

/// Whether the host is the Service: its name, with its namespace behind a dot or in that of the VirtualService.
fn leads_to(host: &str, object: &Object<'_>, name: &str, home: Namespace<'_>) -> bool {
    let mut labels = host.split('.');
    let service = labels.next();
    let namespace = labels.next().map_or_else(|| object.home(), Namespace::Named);
    service == Some(name) && namespace.is(home)
}
