use crate::setting::{lookup, text};
use crate::{Labels, Object, Selector};
use leastwise_yaml::Field;

/// A NetworkPolicy of Kubernetes itself; other networks have kinds of that name.
#[derive(Clone, Debug)]
pub struct NetworkPolicy<'d> {
    /// The object.
    pub object: Object<'d>,
    /// `spec.podSelector`. `None` where it is not there; the API server takes that for the empty one.
    pub selector: Option<Selector<'d>>,
}

/// The way of traffic that a policy restricts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the pod.
    Ingress,
    /// From the pod.
    Egress,
}

impl Direction {
    /// Its name in `policyTypes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

impl<'d> NetworkPolicy<'d> {
    /// The object as a NetworkPolicy, if it is one. Where a template hides the version, the kind alone says so.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        let is_group = |group: &str| matches!(group, "networking.k8s.io" | "extensions");
        let is_one = object.kind()? == "NetworkPolicy" && object.api_group().is_none_or(is_group);
        is_one.then(|| Self {
            selector: Selector::of(lookup(object.node, &["spec", "podSelector"])),
            object: object.clone(),
        })
    }

    /// Whether it applies to pods with these labels in its namespace. `None` when nobody knows.
    pub fn selects(&self, labels: &Labels<'_>) -> Option<bool> {
        self.selector.as_ref().map_or(Some(true), |selector| selector.matches(labels))
    }

    /// Whether it restricts this direction. `None` when nobody knows.
    ///
    /// Without `policyTypes` it restricts ingress, and egress where it has rules for it (`SetDefaults_NetworkPolicy`).
    pub fn restricts(&self, direction: Direction) -> Option<bool> {
        match self.length("policyTypes")? {
            0 if direction == Direction::Ingress => Some(true),
            0 => Some(self.length("egress")? > 0),
            _ => {
                let types = lookup(self.object.node, &["spec", "policyTypes"]).value()?;
                let known: Option<Vec<_>> = types.items().map(|item| text(item.value)).collect();
                Some(known?.contains(&direction.name()))
            }
        }
    }

    /// How many items a list of the spec has; a list that is not there has none.
    fn length(&self, key: &str) -> Option<usize> {
        match lookup(self.object.node, &["spec", key]) {
            Field::Absent => Some(0),
            Field::Unknown => None,
            Field::Present(entry) if entry.value.is_null() => Some(0),
            Field::Present(entry) => {
                (!entry.value.is_unknown() && !entry.value.is_open()).then(|| entry.value.items().count())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, NetworkPolicy};
    use crate::objects;

    #[test]
    fn what_it_restricts_follows_from_the_types_or_the_rules() {
        for (spec, expected) in [
            ("{podSelector: {}}", [Some(true), Some(false)]),
            ("{egress: [{}]}", [Some(true), Some(true)]),
            ("{egress: []}", [Some(true), Some(false)]),
            ("{policyTypes: [Egress]}", [Some(false), Some(true)]),
            ("{policyTypes: [Ingress], egress: [{}]}", [Some(true), Some(false)]),
            ("{policyTypes: []}", [Some(true), Some(false)]),
            ("{policyTypes: [\"{{ .Values.type }}\"]}", [None, None]),
        ] {
            let text = format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {spec}\n");
            let stream = leastwise_yaml::parse(&text);
            let object = objects(&stream.documents()[0].document).remove(0);
            let policy = NetworkPolicy::of(&object).unwrap();
            let restricts = [Direction::Ingress, Direction::Egress].map(|way| policy.restricts(way));
            assert_eq!(restricts, expected, "{spec}");
        }
    }

    #[test]
    fn a_policy_of_another_network_is_none() {
        let stream = leastwise_yaml::parse("apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n");
        assert!(NetworkPolicy::of(&objects(&stream.documents()[0].document).remove(0)).is_none());
    }
}
