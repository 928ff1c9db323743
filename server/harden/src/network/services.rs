//! From the port of a Service to that of the pods behind it.

use super::inventory::Inventory;
use super::labels::chooses;
use crate::Manifests;
use leastwise_evidence::{Endpoint, Record};
use leastwise_manifest::{PortReference, Selector, Service, ServicePort, Setting, lookup};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The Services among the manifests, and the addresses that are known to be theirs.
#[derive(Debug, Default)]
pub(super) struct Services<'d> {
    services: BTreeMap<(String, String), Service<'d>>,
    by_address: BTreeMap<IpAddr, (String, String)>,
}

impl<'d> Services<'d> {
    pub(super) fn of(record: &Record, manifests: &Manifests<'d>) -> Self {
        let mut services = Self::default();
        for object in manifests.objects() {
            let (Some(service), Some(namespace), Some(name)) =
                (Service::of(&object), manifests.home(&object), object.name())
            else {
                continue;
            };
            let key = (namespace.to_owned(), name.to_owned());
            let address = lookup(object.node, &["spec", "clusterIP"]).value().and_then(|node| node.as_str());
            if let Some(address) = address.and_then(|text| text.parse().ok()) {
                services.by_address.insert(address, key.clone());
            }
            services.services.insert(key, service);
        }
        for (endpoint, seen) in &record.endpoints {
            if let Endpoint::Service { namespace, name } = endpoint {
                let key = (namespace.clone(), name.clone());
                seen.addresses.iter().for_each(|address| {
                    services.by_address.insert(*address, key.clone());
                });
            }
        }
        services
    }

    /// Whose address it is.
    pub(super) fn at_address(&self, address: IpAddr) -> Option<&(String, String)> {
        self.by_address.get(&address)
    }

    /// The parties behind a port of a Service, each with the port that its pods receive on; `Err` says why one of them, or
    /// all, cannot be told.
    pub(super) fn behind(
        &self,
        (namespace, name): (&str, &str),
        protocol: &str,
        port: u16,
        inventory: &Inventory<'_>,
    ) -> Vec<Result<(usize, u16), String>> {
        let title = format!("Service {namespace}/{name}");
        let (selector, found) = match self.find((namespace, name), protocol, port) {
            Ok(found) => found,
            Err(why) => return vec![Err(format!("{title} {why}"))],
        };
        let mut behind = Vec::new();
        for (place, party) in inventory.parties.iter().enumerate() {
            if party.namespace != namespace || chooses(&selector, &party.labels) != Some(true) {
                continue;
            }
            let number = match found.target() {
                Setting::Unset => Some(port),
                Setting::Set(PortReference::Number(number), _) => u16::try_from(number).ok(),
                Setting::Set(PortReference::Name(name), _) => party.named_port(name, protocol),
                Setting::Unknown => None,
            };
            let unknown =
                || format!("the target port of port {port} of {title} has no number at {}", party.title());
            behind.push(number.map(|number| (place, number)).ok_or_else(unknown));
        }
        if behind.is_empty() {
            behind.push(Err(format!("{title} selects no pods that are known")));
        }
        behind
    }

    /// What a Service selects and its port of a number.
    fn find(
        &self,
        (namespace, name): (&str, &str),
        protocol: &str,
        port: u16,
    ) -> Result<(Selector<'d>, ServicePort<'d>), String> {
        let service = self.services.get(&(namespace.to_owned(), name.to_owned()));
        let service = service.ok_or("is not among the manifests, so the port of its pods is not known")?;
        let selector = service.selector().ok_or("selects no pods, so nobody knows who answers")?;
        let found = service.ports().find(|known| {
            let of = known.node.get("protocol").value().and_then(|of| of.as_str()).unwrap_or("TCP");
            known.number().known() == Some(i64::from(port)) && of == protocol
        });
        Ok((selector, found.ok_or_else(|| format!("has no port {port}"))?))
    }
}
