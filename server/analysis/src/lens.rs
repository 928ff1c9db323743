use crate::{Creation, File, creations};
use leastwise_rules::Profile;
use leastwise_text::TextRange;

/// A line above an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Where the object begins, in the text.
    pub range: TextRange,
    /// The profile that a workload meets and what is missing to the next; or what can be made for the object.
    pub title: String,
    /// What is made when it is chosen.
    pub creation: Option<Creation>,
}

/// A lens for each workload of a text, and for each manifest that evidence could make.
pub fn lenses(file: &File) -> Vec<Lens> {
    let profiles = file.workloads().map(|workload| {
        let next = match workload.profile {
            Profile::Privileged => "baseline",
            Profile::Baseline | Profile::Restricted => "restricted",
        };
        let profile = workload.profile.name();
        let title = match workload.missing.as_slice() {
            [] => format!("Pod Security Standards: {profile}"),
            missing => format!("Pod Security Standards: {profile} · to {next}: {}", missing.join(", ")),
        };
        Lens { range: workload.head, title, creation: None }
    });
    let creations = creations(file).into_iter().map(|(range, creation)| {
        let title = creation.title().to_owned();
        Lens { range, title, creation: Some(creation) }
    });
    profiles.chain(creations).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    fn titles(security: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{seccompProfile: {{type: RuntimeDefault}}}}\n  \
             containers:\n  - name: web\n    securityContext: {security}\n"
        );
        lenses(&File::new(&text, &Environment::default())).into_iter().map(|lens| lens.title).collect()
    }

    #[test]
    fn says_the_profile_reached_and_what_is_missing_to_the_next() {
        let hardened = "{runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
        assert_eq!(titles(hardened), ["Pod Security Standards: restricted"]);
        let without = "{runAsNonRoot: true, capabilities: {drop: [ALL]}}";
        let missing = "Pod Security Standards: baseline · to restricted: privilege-escalation-allowed";
        assert_eq!(titles(without), [missing]);
        let privileged = "{privileged: true}";
        assert_eq!(
            titles(privileged),
            ["Pod Security Standards: privileged · to baseline: privileged-container"]
        );
    }
}
