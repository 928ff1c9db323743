use super::intervals::Intervals;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

/// A protocol that network policies know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// The protocol that manifests call so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.name() == name)
    }

    /// Its name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

const LAST: u128 = 65_535;

/// A set of ports of each protocol.
///
/// A named port is a number that the receiving pod gives it. Where no pod is known that does, the name stands for
/// itself, as a port beside all those that are written as numbers. All ports of a protocol include it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ports([PortsOfOne; 3]);

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct PortsOfOne {
    numbers: Intervals,
    /// Empty where the numbers are all.
    names: BTreeSet<String>,
}

/// Names of ports with their protocols and numbers.
pub(super) type NamedPorts = Vec<(String, Protocol, u16)>;

impl Ports {
    pub(super) fn all() -> Self {
        Self(std::array::from_fn(|_| PortsOfOne::all()))
    }

    /// All ports of one protocol.
    pub(super) fn of(protocol: Protocol) -> Self {
        let mut ports = Self::default();
        *ports.one(protocol) = PortsOfOne::all();
        ports
    }

    /// The ports from the first to the last, both included.
    pub(super) fn range(protocol: Protocol, first: u16, last: u16) -> Self {
        let mut ports = Self::default();
        ports.one(protocol).numbers = Intervals::between(first.into(), last.into());
        ports
    }

    /// The port of that name.
    pub(super) fn name(protocol: Protocol, name: &str) -> Self {
        let mut ports = Self::default();
        ports.one(protocol).names.insert(name.to_owned());
        ports
    }

    fn one(&mut self, protocol: Protocol) -> &mut PortsOfOne {
        let [tcp, udp, sctp] = &mut self.0;
        match protocol {
            Protocol::Tcp => tcp,
            Protocol::Udp => udp,
            Protocol::Sctp => sctp,
        }
    }

    fn each(&self) -> impl Iterator<Item = (Protocol, &PortsOfOne)> {
        Protocol::ALL.into_iter().zip(&self.0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(PortsOfOne::is_empty)
    }

    pub(super) fn is_all(&self) -> bool {
        self.0.iter().all(PortsOfOne::is_all)
    }

    pub(super) fn has_names(&self) -> bool {
        self.0.iter().any(|one| !one.names.is_empty())
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, more)| own.add(more));
    }

    /// Those in both.
    pub(super) fn within(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|place| self.0[place].within(&other.0[place])))
    }

    /// Those that the other does not have. Of names that are left out of all ports nothing is told: numbers are left
    /// out as well.
    pub(super) fn without(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|place| self.0[place].without(&other.0[place])))
    }

    /// The numbers in place of the names, as a pod gives them; names that it does not give are no ports.
    pub(super) fn resolved(&self, named: &[(String, Protocol, u16)]) -> Self {
        if !self.has_names() {
            return self.clone();
        }
        let mut resolved = Self::default();
        for (protocol, one) in self.each() {
            let own = resolved.one(protocol);
            own.numbers = one.numbers.clone();
            for (name, of, number) in named {
                if *of == protocol && one.names.contains(name) {
                    own.numbers.add(&Intervals::between((*number).into(), (*number).into()));
                }
            }
        }
        resolved
    }

    pub(super) fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.each().any(|(of, one)| of == protocol && one.numbers.contains(port.into()))
    }

    /// The ports by protocol as they are written, `80,443,8000-8010,http`; one entry with `*` where all protocols
    /// have all ports.
    pub(super) fn written(&self) -> Vec<(&'static str, String)> {
        if self.is_all() {
            return vec![("*", PortsOfOne::all().written())];
        }
        let some = self.each().filter(|(_, one)| !one.is_empty());
        some.map(|(protocol, one)| (protocol.name(), one.written())).collect()
    }
}

impl PortsOfOne {
    fn all() -> Self {
        Self { numbers: Intervals::between(1, LAST), names: BTreeSet::new() }
    }

    fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.names.is_empty()
    }

    fn is_all(&self) -> bool {
        self.numbers.iter().eq([(1, LAST)])
    }

    fn add(&mut self, other: &Self) {
        self.numbers.add(&other.numbers);
        if self.is_all() {
            self.names.clear();
        } else {
            self.names.extend(other.names.iter().cloned());
        }
    }

    fn within(&self, other: &Self) -> Self {
        let names = match (self.is_all(), other.is_all()) {
            (true, _) => other.names.clone(),
            (_, true) => self.names.clone(),
            _ => self.names.intersection(&other.names).cloned().collect(),
        };
        Self { numbers: self.numbers.within(&other.numbers), names }
    }

    fn without(&self, other: &Self) -> Self {
        if other.is_all() {
            return Self::default();
        }
        let names = self.names.difference(&other.names).cloned().collect();
        Self { numbers: self.numbers.without(&other.numbers), names }
    }

    fn written(&self) -> String {
        let range = |(first, last): (u128, u128)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        let numbers = self.numbers.iter().map(range);
        numbers.chain(self.names.iter().cloned()).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::{Ports, Protocol};

    fn written(ports: &Ports) -> String {
        let each = ports.written().into_iter();
        each.map(|(protocol, ports)| format!("{protocol} {ports}")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn all_ports_of_all_protocols_are_everything_however_they_were_put_together() {
        let mut all = Ports::default();
        Protocol::ALL.into_iter().for_each(|protocol| all.add(&Ports::of(protocol)));
        assert_eq!(all, Ports::all());
        assert_eq!(written(&all), "* 1-65535");
        let mut whole = Ports::range(Protocol::Tcp, 1, 80);
        whole.add(&Ports::name(Protocol::Tcp, "http"));
        whole.add(&Ports::range(Protocol::Tcp, 81, 65_535));
        assert_eq!(whole, Ports::of(Protocol::Tcp));
    }

    #[test]
    fn names_stand_for_themselves_until_a_pod_resolves_them() {
        let mut ports = Ports::name(Protocol::Tcp, "http");
        ports.add(&Ports::range(Protocol::Tcp, 443, 443));
        ports.add(&Ports::name(Protocol::Udp, "http"));
        assert_eq!(written(&ports), "TCP 443,http; UDP http");
        let pod = [("http".to_owned(), Protocol::Tcp, 8080)];
        assert_eq!(written(&ports.resolved(&pod)), "TCP 443,8080");
        assert_eq!(written(&ports.without(&Ports::of(Protocol::Tcp))), "UDP http");
        assert_eq!(written(&ports.within(&Ports::of(Protocol::Tcp))), "TCP 443,http");
        assert_eq!(written(&ports.within(&Ports::range(Protocol::Tcp, 1, 1000))), "TCP 443");
    }
}
