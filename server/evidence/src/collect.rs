use crate::owner::Owner;
use crate::{
    Act, Channel, Connection, ConnectionSeen, Container, ContainerSeen, Deed, Endpoint, EndpointSeen,
    Observations, Origin, Record, Request, RequestSeen, Run, Source, SourceId, Tally, Undecided,
};
use foldhash::fast::RandomState;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Stands for the source that is being read: what it is called is known at its end.
const HERE: SourceId = SourceId([0; 16]);

/// Where and when something was done in a container.
pub(crate) struct Scene<'a> {
    pub(crate) owner: Owner<'a>,
    pub(crate) image: Option<&'a str>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) node: Option<&'a str>,
    pub(crate) when: Option<Timestamp>,
    /// Of what kind the event is; `None` of an alert, which is no sign that anybody listens.
    pub(crate) channel: Option<Channel>,
}

/// Adds up what one source says.
#[derive(Default)]
pub(crate) struct Collector {
    pub(crate) source: Source,
    requests: Table<Request, Counted>,
    connections: Table<Connection, ConnectionSeen>,
    endpoints: HashMap<Endpoint, EndpointSeen, RandomState>,
    containers: HashMap<Container, ContainerSeen, RandomState>,
}

/// What is known about a request. That of its source lies beside the rest until the end: it changes with every event.
#[derive(Default)]
struct Counted {
    here: Tally,
    seen: RequestSeen,
}

/// Things by the order in which they came, each once.
struct Table<K, V> {
    indices: HashMap<K, usize, RandomState>,
    values: Vec<V>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { indices: HashMap::default(), values: Vec::new() }
    }
}

impl<K: Eq + Hash, V: Default> Table<K, V> {
    fn index(&mut self, key: K) -> usize {
        *self.indices.entry(key).or_insert_with(|| {
            self.values.push(V::default());
            self.values.len() - 1
        })
    }

    /// Each key with its value.
    fn into_pairs(self) -> impl Iterator<Item = (K, V)> {
        let mut values = self.values;
        let mut value = move |index: usize| values.get_mut(index).map(std::mem::take).unwrap_or_default();
        self.indices.into_iter().map(move |(key, index)| (key, value(index)))
    }
}

/// A request or a connection that was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Noted(usize);

impl Collector {
    /// An event was read.
    pub(crate) fn event(&mut self, channel: Channel, node: Option<&str>, time: Option<Timestamp>) {
        self.source.channels.entry(channel).or_default().count(time);
        self.source.nodes.entry(node.map(str::to_owned)).or_default().count(time);
    }

    /// Notes a request, without counting it.
    pub(crate) fn request(&mut self, request: Request) -> Noted {
        Noted(self.requests.index(request))
    }

    /// What is known about a request.
    pub(crate) fn request_seen(&mut self, noted: Noted) -> Option<&mut RequestSeen> {
        self.requests.values.get_mut(noted.0).map(|counted| &mut counted.seen)
    }

    /// An event shows a request: a new one, or one that was counted.
    pub(crate) fn count_request(&mut self, noted: Noted, is_new: bool, time: Option<Timestamp>) {
        if let Some(counted) = self.requests.values.get_mut(noted.0) {
            counted.here.count += u64::from(is_new);
            counted.here.extend(time);
        }
    }

    /// Notes a connection and both of its ends, without counting it.
    pub(crate) fn connection(&mut self, connection: Connection) -> Noted {
        for endpoint in [&connection.client, &connection.server] {
            if !self.endpoints.contains_key(endpoint) {
                self.endpoints.insert(endpoint.clone(), EndpointSeen::default());
            }
        }
        Noted(self.connections.index(connection))
    }

    /// What is known about a connection.
    pub(crate) fn connection_seen(&mut self, noted: Noted) -> Option<&mut ConnectionSeen> {
        self.connections.values.get_mut(noted.0)
    }

    pub(crate) fn endpoint(&mut self, endpoint: &Endpoint) -> &mut EndpointSeen {
        self.endpoints.entry(endpoint.clone()).or_default()
    }

    /// A process of a container did something.
    pub(crate) fn act(&mut self, scene: &Scene<'_>, origin: Origin, deeds: Vec<Deed>) {
        let Scene { owner, image, labels, node, when, channel } = scene;
        if let Some(channel) = channel {
            self.event(*channel, *node, *when);
        } else {
            self.source.nodes.entry(node.map(str::to_owned)).or_default().count(*when);
        }
        let seen = self.containers.entry(owner.container()).or_default();
        seen.images.extend(image.map(str::to_owned));
        for (key, value) in labels {
            seen.labels.entry(key.clone()).or_default().insert(value.clone());
        }
        if let Some(channel) = channel
            && !owner.pod.is_empty()
        {
            let run = seen.runs.entry(owner.pod.to_owned()).or_default();
            run.channels.entry(*channel).or_default().count_here(*node, *when);
        }
        for deed in deeds {
            seen.acts.entry(Act { origin, deed }).or_default().count_here(*node, *when);
        }
    }

    /// The same of a process of which nobody knows to which pod it belongs. It is told from others as far as may be.
    pub(crate) fn unattributed(&mut self, scene: &Scene<'_>, origin: Origin, deeds: Vec<Deed>) {
        *self.source.undecided.entry(Undecided::NoContainer).or_default() += 1;
        self.act(scene, origin, deeds);
    }

    /// An event was read of a container that nobody knows.
    pub(crate) fn no_container(&mut self, channel: Channel, node: Option<&str>, when: Option<Timestamp>) {
        self.event(channel, node, when);
        *self.source.undecided.entry(Undecided::NoContainer).or_default() += 1;
    }

    /// The replica of a container.
    pub(crate) fn run(&mut self, owner: &Owner<'_>) -> &mut Run {
        let seen = self.containers.entry(owner.container()).or_default();
        seen.runs.entry(owner.pod.to_owned()).or_default()
    }

    /// What was collected, of the source that it turned out to be.
    pub(crate) fn finish(self, id: SourceId) -> Record {
        let with_count = |(request, Counted { here, mut seen }): (Request, Counted)| {
            seen.seen.insert((id, None), here);
            (request, seen)
        };
        let mut record = Record {
            sources: BTreeMap::from([(id, self.source)]),
            requests: self.requests.into_pairs().map(with_count).collect(),
            connections: self.connections.into_pairs().collect(),
            endpoints: self.endpoints.into_iter().collect(),
            containers: self.containers.into_iter().collect(),
        };
        record.connections.values_mut().for_each(|seen| seen.seen.of(id));
        for seen in record.containers.values_mut() {
            let channels = seen.runs.values_mut().flat_map(|run: &mut Run| run.channels.values_mut());
            channels.chain(seen.acts.values_mut()).for_each(|seen| seen.of(id));
        }
        record
    }
}

impl Observations {
    /// Counts one more in the source that is being read.
    pub(crate) fn count_here(&mut self, node: Option<&str>, time: Option<Timestamp>) {
        self.here(node).count(time);
    }

    /// Stretches the time without counting.
    pub(crate) fn extend_here(&mut self, node: Option<&str>, time: Option<Timestamp>) {
        self.here(node).extend(time);
    }

    fn here(&mut self, node: Option<&str>) -> &mut Tally {
        self.0.entry((HERE, node.map(str::to_owned))).or_default()
    }

    /// The source that was being read is that one.
    fn of(&mut self, id: SourceId) {
        self.0 =
            std::mem::take(&mut self.0).into_iter().map(|((_, node), tally)| ((id, node), tally)).collect();
    }
}
