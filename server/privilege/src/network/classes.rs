//! The pods that may be there, as far as selectors can tell them apart.
//!
//! Selectors ask about one label at a time. For each label there are as many *value classes* as values that some
//! selector mentions, and two more: another value, and none. Pods with the same answers to all selectors are one class;
//! the labels by which it was found are its witness. The classes of namespaces are found likewise.

use super::atom::{Namespaces, Peer, written};
use super::policy::{Peers, Policy};
use super::ports::NamedPorts;
use super::side::Network;
use leastwise_manifest::{Labels, Operator, Requirement, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// The label that the API server gives each namespace.
const NAME: &str = "kubernetes.io/metadata.name";

/// A value that no selector mentions.
const OTHER: &str = "anything-else";

/// As many classes as are told apart; more than any honest set of policies needs.
const BUDGET: usize = 20_000;

/// Answers to all selectors, in their order.
pub(super) type Answers = Vec<bool>;

/// Labels that give certain answers.
pub(super) type Witness = BTreeMap<String, String>;

/// A class of pods, or some addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Point {
    /// The pods of a class, by its place.
    Pods(usize),
    /// An interval of addresses that no block divides, by its place.
    Addresses(usize),
}

/// Some selectors, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Selectors<'d>(Vec<Selector<'d>>);

impl<'d> Selectors<'d> {
    /// The place of a selector.
    fn add(&mut self, selector: &Selector<'d>) -> usize {
        self.find(selector).unwrap_or_else(|| {
            self.0.push(selector.clone());
            self.0.len() - 1
        })
    }

    pub(super) fn find(&self, selector: &Selector<'d>) -> Option<usize> {
        self.0.iter().position(|known| known == selector)
    }

    /// The selectors with their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Selector<'d>)> {
        self.0.iter().enumerate()
    }

    /// What the selectors say of labels; `None` where nobody knows.
    pub(super) fn answers(&self, labels: &Labels<'_>) -> Option<Answers> {
        self.0.iter().map(|selector| selector.matches(labels)).collect()
    }

    /// The answers that labels can give, each with a witness; labels in `fixed` have that value or class of values.
    /// `None` where they are too many.
    fn classes(&self, fixed: &[(&str, Option<&str>)]) -> Option<Vec<(Answers, Witness)>> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for requirement in self.0.iter().flat_map(|selector| &selector.requirements) {
            let mentioned = values.entry(requirement.key).or_default();
            if let Some(Operator::In(values) | Operator::NotIn(values)) = &requirement.operator {
                mentioned.extend(values);
            }
        }
        let mut classes = BTreeMap::from([(vec![true; self.0.len()], Witness::new())]);
        for (key, mentioned) in &values {
            let other = another(mentioned);
            let choices: Vec<Option<&str>> = match fixed.iter().find(|(fixed, _)| fixed == key) {
                Some((_, Some(value))) => vec![Some(value)],
                Some((_, None)) => vec![Some(&other)],
                None => [None]
                    .into_iter()
                    .chain(mentioned.iter().map(|value| Some(*value)))
                    .chain([Some(other.as_str())])
                    .collect(),
            };
            let mut next = BTreeMap::new();
            for (answers, witness) in &classes {
                for choice in &choices {
                    let answers: Answers = answers
                        .iter()
                        .zip(&self.0)
                        .map(|(answer, selector)| *answer && admits(selector, key, *choice))
                        .collect();
                    let is_name = fixed.iter().any(|(fixed, _)| fixed == key);
                    next.entry(answers).or_insert_with(|| {
                        let mut witness = witness.clone();
                        if let (Some(value), false) = (choice, is_name) {
                            witness.insert((*key).to_owned(), (*value).to_owned());
                        }
                        witness
                    });
                }
                if next.len() > BUDGET {
                    return None;
                }
            }
            classes = next;
        }
        Some(classes.into_iter().collect())
    }
}

/// A selector as `kubectl` writes it: `app=web,tier in (a,b),!canary`.
pub(super) fn selector_words(selector: &Selector<'_>) -> String {
    let word = |requirement: &Requirement<'_>| {
        let key = requirement.key;
        match &requirement.operator {
            Some(Operator::In(values)) if values.len() == 1 => format!("{key}={}", values.concat()),
            Some(Operator::In(values)) => format!("{key} in ({})", values.join(",")),
            Some(Operator::NotIn(values)) => format!("{key} notin ({})", values.join(",")),
            Some(Operator::Exists) => key.to_owned(),
            Some(Operator::DoesNotExist) => format!("!{key}"),
            None => format!("{key} ?"),
        }
    };
    selector.requirements.iter().map(word).collect::<Vec<_>>().join(",")
}

/// A value that is not among those mentioned.
fn another(mentioned: &BTreeSet<&str>) -> String {
    let mut other = OTHER.to_owned();
    while mentioned.contains(other.as_str()) {
        other.push_str("-still");
    }
    other
}

/// Whether what a selector asks of one label holds, where that has this value or is not there.
fn admits(selector: &Selector<'_>, key: &str, value: Option<&str>) -> bool {
    let labels = Labels { known: value.map(|value| (key, Some(value))).into_iter().collect(), open: false };
    let asked = selector.requirements.iter().filter(|requirement| requirement.key == key);
    let own = Selector { requirements: asked.cloned().collect(), open: false };
    own.matches(&labels) == Some(true)
}

/// A class of namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamespaceClass {
    /// The name; `None` for those that nobody names.
    pub(super) name: Option<String>,
    /// The answers of the selectors of namespaces, before and after.
    pub(super) answers: [Answers; 2],
    pub(super) witness: Witness,
}

impl NamespaceClass {
    /// What it is called.
    pub(super) fn named(&self) -> Namespaces {
        match &self.name {
            Some(name) => Namespaces::Named(name.clone()),
            None => Namespaces::Other(self.witness.clone()),
        }
    }
}

/// A class of pods.
#[derive(Clone, Debug)]
pub(super) struct PodClass {
    /// The place of its namespace among the classes of namespaces.
    pub(super) namespace: usize,
    /// The answers of the selectors of pods, before and after.
    pub(super) answers: [Answers; 2],
    /// The workloads that are in it, by their places among those of both sides; none where it is of pods that may be
    /// there.
    pub(super) members: Vec<usize>,
    pub(super) witness: Witness,
    /// The numbers of its ports with names, before and after; `None` where they may be any.
    pub(super) ports: [Option<NamedPorts>; 2],
}

/// All that can be told apart on both sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes<'d> {
    /// The selectors of pods.
    pub(super) pods: Selectors<'d>,
    /// The selectors of namespaces.
    pub(super) namespaces: Selectors<'d>,
    pub(super) of_namespaces: Vec<NamespaceClass>,
    pub(super) of_pods: Vec<PodClass>,
    /// The workloads of both sides: their places on each.
    pub(super) workloads: Vec<[usize; 2]>,
    /// What each of them is called.
    names: Vec<Peer>,
    /// Some policy gives ports by name.
    pub(super) has_names: bool,
}

impl<'d> Classes<'d> {
    /// Finds the classes for the selectors of both sides, those of pods that may be there among them where `open` asks
    /// for them. Why some cannot be known is told in words.
    pub(super) fn of(sides: [&Network<'d>; 2], open: bool) -> Result<Self, BTreeSet<String>> {
        let mut classes = Self::default();
        let policies = || sides.iter().flat_map(|side| &side.policies);
        for policy in policies() {
            classes.pods.add(&policy.subjects);
            for peers in all_peers(policy) {
                if let Peers::Pods { namespaces, pods } = peers {
                    namespaces.iter().for_each(|selector| {
                        classes.namespaces.add(selector);
                    });
                    pods.iter().for_each(|selector| {
                        classes.pods.add(selector);
                    });
                }
            }
        }
        classes.workloads = pair_workloads(sides);
        classes.names =
            classes.workloads.iter().map(|[before, _]| sides[0].workloads[*before].peer()).collect();
        let mut faults = BTreeSet::new();
        classes.find_namespaces(sides, &mut faults);
        classes.has_names = policies().any(|policy| policy_has_names(policy));
        classes.find_workloads(sides, &mut faults);
        if open {
            match classes.pods.classes(&[]) {
                Some(open) if open.len().saturating_mul(classes.of_namespaces.len()) <= BUDGET => {
                    classes.find_others(&open);
                }
                _ => {
                    faults.insert("the policies tell too many pods apart".to_owned());
                }
            }
        }
        if faults.is_empty() { Ok(classes) } else { Err(faults) }
    }

    /// Whether pods of both can be in one cluster: a namespace of one name has one set of labels. Two addresses are no
    /// matter of policies.
    pub(super) fn can_meet(&self, one: Point, other: Point) -> bool {
        let namespace = |point: Point| match point {
            Point::Pods(class) => self.of_pods.get(class).map(|class| class.namespace),
            Point::Addresses(_) => None,
        };
        match (namespace(one), namespace(other)) {
            (None, None) => false,
            (Some(one), Some(other)) if one != other => {
                let name = |place: usize| self.of_namespaces.get(place).and_then(|class| class.name.as_ref());
                name(one).is_none() || name(one) != name(other)
            }
            _ => true,
        }
    }

    /// What the pods of a class are called.
    pub(super) fn members(&self, class: &PodClass) -> Vec<Peer> {
        if class.members.is_empty() {
            let namespace = self.of_namespaces.get(class.namespace).map(NamespaceClass::named);
            let namespace = namespace.unwrap_or(Namespaces::All);
            return vec![Peer::Pods { namespace, labels: Some(written(&class.witness)) }];
        }
        class.members.iter().filter_map(|member| self.names.get(*member).cloned()).collect()
    }

    /// The classes that a pod with these labels in this namespace may be in, as the first side has it; none where the
    /// labels of the namespace make a difference and are not known.
    pub(super) fn like(
        &self,
        network: &Network<'d>,
        namespace: &str,
        labels: &BTreeMap<String, String>,
    ) -> Vec<usize> {
        let labels = Labels {
            known: labels.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))).collect(),
            open: false,
        };
        let Some(answers) = self.pods.answers(&labels) else { return Vec::new() };
        let is_named = |place: usize, name: Option<&str>| {
            self.of_namespaces.get(place).is_some_and(|class| class.name.as_deref() == name)
        };
        let is_known = self.of_namespaces.iter().any(|class| class.name.as_deref() == Some(namespace));
        let hidden = Labels { known: Vec::new(), open: true };
        let own = network.namespaces.get(namespace).unwrap_or(&hidden);
        let of_namespace = self.namespaces.answers(&with_name(own, namespace));
        let fits = |class: &PodClass| {
            let place = class.namespace;
            let is_there = match (is_known, &of_namespace) {
                (true, _) => is_named(place, Some(namespace)),
                (false, Some(own)) => self
                    .of_namespaces
                    .get(place)
                    .is_some_and(|class| class.answers[0] == *own && is_named(place, None)),
                (false, None) => false,
            };
            is_there && class.answers[0] == answers
        };
        (0..).zip(&self.of_pods).filter(|(_, class)| fits(class)).map(|(place, _)| place).collect()
    }

    fn find_namespaces(&mut self, sides: [&Network<'d>; 2], faults: &mut BTreeSet<String>) {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut lived_in: BTreeSet<&str> = BTreeSet::new();
        for side in sides {
            lived_in.extend(side.policies.iter().map(|policy| policy.namespace.as_str()));
            lived_in.extend(side.workloads.iter().map(|workload| workload.namespace.as_str()));
            names.extend(side.namespaces.keys().map(String::as_str));
        }
        let requirements = self.namespaces.0.iter().flat_map(|selector| &selector.requirements);
        for requirement in requirements.filter(|requirement| requirement.key == NAME) {
            if let Some(Operator::In(values) | Operator::NotIn(values)) = &requirement.operator {
                names.extend(values);
            }
        }
        names.extend(&lived_in);
        let others = self.namespace_classes(None, faults);
        for name in names {
            let own = sides.map(|side| side.namespaces.get(name));
            let found = match [own[0].or(own[1]), own[1].or(own[0])] {
                [Some(before), Some(after)] => {
                    let answers =
                        [before, after].map(|labels| self.namespaces.answers(&with_name(labels, name)));
                    let [Some(before), Some(after)] = answers else {
                        faults.insert(format!("the labels of Namespace {name} cannot be known"));
                        continue;
                    };
                    let (name, witness) = (Some(name.to_owned()), Witness::new());
                    vec![NamespaceClass { name, answers: [before, after], witness }]
                }
                _ => self.namespace_classes(Some(name), faults),
            };
            // Where nobody lives and no policy is, the name makes no difference, unless a selector asks for it.
            let is_other = |class: &NamespaceClass| others.iter().any(|other| other.answers == class.answers);
            if lived_in.contains(name) || !found.iter().all(is_other) {
                self.of_namespaces.extend(found);
            }
        }
        self.of_namespaces.extend(others);
    }

    fn namespace_classes(&self, name: Option<&str>, faults: &mut BTreeSet<String>) -> Vec<NamespaceClass> {
        let Some(classes) = self.namespaces.classes(&[(NAME, name)]) else {
            faults.insert("the policies tell too many namespaces apart".to_owned());
            return Vec::new();
        };
        let class = |(answers, witness): (Answers, Witness)| NamespaceClass {
            name: name.map(str::to_owned),
            answers: [answers.clone(), answers],
            witness,
        };
        classes.into_iter().map(class).collect()
    }

    fn find_workloads(&mut self, sides: [&Network<'d>; 2], faults: &mut BTreeSet<String>) {
        let mut places = BTreeMap::new();
        let has_names = self.has_names;
        for (place, own) in self.workloads.iter().enumerate() {
            let workloads = [&sides[0].workloads[own[0]], &sides[1].workloads[own[1]]];
            let title = crate::judge::title(&workloads[1].resource);
            if has_names && workloads.iter().any(|workload| workload.hides_ports) {
                faults.insert(format!("the ports of {title} cannot be known"));
            }
            let [Some(before), Some(after)] = workloads.map(|workload| self.pods.answers(&workload.labels))
            else {
                faults.insert(format!("the labels of {title} cannot be known"));
                continue;
            };
            let ports =
                workloads.map(|workload| Some(if has_names { workload.ports.clone() } else { Vec::new() }));
            for (namespace, class) in self.of_namespaces.iter().enumerate() {
                if class.name.as_deref() != Some(workloads[1].namespace.as_str()) {
                    continue;
                }
                let answers = [before.clone(), after.clone()];
                let next = self.of_pods.len();
                let known = *places.entry((namespace, answers.clone(), ports.clone())).or_insert(next);
                match self.of_pods.get_mut(known) {
                    Some(class) => class.members.push(place),
                    None => self.of_pods.push(PodClass {
                        namespace,
                        answers,
                        members: vec![place],
                        witness: Witness::new(),
                        ports: ports.clone(),
                    }),
                }
            }
        }
    }

    fn find_others(&mut self, open: &[(Answers, Witness)]) {
        // A workload shows what others like it may do, but for its ports.
        let shown = self.of_pods.iter().filter(|_| !self.has_names);
        let shown: BTreeSet<_> = shown.map(|class| (class.namespace, class.answers.clone())).collect();
        for namespace in 0..self.of_namespaces.len() {
            for (answers, witness) in open {
                let answers = [answers.clone(), answers.clone()];
                if shown.contains(&(namespace, answers.clone())) {
                    continue;
                }
                let witness = witness.clone();
                self.of_pods.push(PodClass {
                    namespace,
                    answers,
                    members: Vec::new(),
                    witness,
                    ports: [None, None],
                });
            }
        }
    }
}

fn policy_has_names(policy: &Policy<'_>) -> bool {
    let rules = policy.ingress.iter().chain(&policy.egress).flatten();
    rules.into_iter().any(|rule| rule.ports.has_names())
}

pub(super) fn all_peers<'p, 'd>(policy: &'p Policy<'d>) -> impl Iterator<Item = &'p Peers<'d>> {
    let rules = policy.ingress.iter().chain(&policy.egress).flatten();
    rules.filter_map(|rule| rule.peers.as_ref()).flatten()
}

/// The labels of a namespace with the one that the API server gives it.
fn with_name<'a>(labels: &Labels<'a>, name: &'a str) -> Labels<'a> {
    let mut known: Vec<_> = labels.known.iter().filter(|(key, _)| *key != NAME).copied().collect();
    known.push((NAME, Some(name)));
    Labels { known, open: labels.open }
}

/// The workloads that are on both sides, by their places.
fn pair_workloads(sides: [&Network<'_>; 2]) -> Vec<[usize; 2]> {
    let [before, after] = sides;
    let mut pairs = Vec::new();
    let mut left: Vec<usize> = (0..after.workloads.len()).collect();
    for (place, workload) in before.workloads.iter().enumerate() {
        let name = |workload: &super::Workload<'_>| {
            let resource = &workload.resource;
            (workload.namespace.clone(), resource.kind.clone(), resource.name.clone())
        };
        let own = name(workload);
        if let Some(found) = left.iter().position(|other| name(&after.workloads[*other]) == own) {
            pairs.push([place, left.remove(found)]);
        }
    }
    pairs
}
