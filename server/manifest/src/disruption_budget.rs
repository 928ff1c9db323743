use crate::setting::lookup;
use crate::{IntOrPercent, Labels, Object, Selector, Setting};

/// A PodDisruptionBudget: how many pods of a set may be evicted at a time.
#[derive(Clone, Debug)]
pub struct DisruptionBudget<'d> {
    /// The object.
    pub object: Object<'d>,
}

impl<'d> DisruptionBudget<'d> {
    /// The object as a PodDisruptionBudget, if it is one. Where a template hides the version, the kind alone says so.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        let is_one = object.kind()? == "PodDisruptionBudget"
            && object.api_group().is_none_or(|group| group == "policy");
        is_one.then(|| Self { object: object.clone() })
    }

    /// `spec.minAvailable`.
    pub fn min_available(&self) -> Setting<'d, IntOrPercent> {
        self.threshold("minAvailable")
    }

    /// `spec.maxUnavailable`.
    pub fn max_unavailable(&self) -> Setting<'d, IntOrPercent> {
        self.threshold("maxUnavailable")
    }

    fn threshold(&self, key: &str) -> Setting<'d, IntOrPercent> {
        Setting::read(lookup(self.object.node, &["spec", key]), IntOrPercent::read)
    }

    /// Whether it is about pods with these labels, wherever they are. `None` when nobody knows.
    pub fn selects(&self, labels: &Labels<'_>) -> Option<bool> {
        match Selector::of(lookup(self.object.node, &["spec", "selector"])) {
            None => Some(false),
            // An empty selector chose nothing until `policy/v1`.
            Some(selector) if selector.is_empty() && self.object.api_version() == Some("policy/v1beta1") => {
                Some(false)
            }
            Some(selector) => selector.matches(labels),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DisruptionBudget;
    use crate::{Labels, objects};

    #[test]
    fn the_whole_selector_counts_and_the_empty_one_by_version() {
        let labels = Labels { known: vec![("app", Some("web")), ("tier", Some("front"))], open: false };
        for (version, spec, expected) in [
            ("policy/v1", "{selector: {matchLabels: {app: web, tier: front}}}", Some(true)),
            ("policy/v1", "{selector: {matchLabels: {app: web, tier: back}}}", Some(false)),
            (
                "policy/v1",
                "{selector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}",
                Some(false),
            ),
            ("policy/v1", "{selector: {}}", Some(true)),
            ("policy/v1beta1", "{selector: {}}", Some(false)),
            ("policy/v1", "{minAvailable: 1}", Some(false)),
            ("policy/v1", "{selector: {matchLabels: {app: \"{{ .Values.app }}\"}}}", None),
        ] {
            let text = format!("apiVersion: {version}\nkind: PodDisruptionBudget\nspec: {spec}\n");
            let stream = leastwise_yaml::parse(&text);
            let object = objects(&stream.documents()[0].document).remove(0);
            let budget = DisruptionBudget::of(&object).unwrap();
            assert_eq!(budget.selects(&labels), expected, "{spec}");
        }
    }
}
