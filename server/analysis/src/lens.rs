use crate::File;
use leastwise_rules::Profile;
use leastwise_text::TextRange;

/// A line above a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Where the workload begins, in the text.
    pub range: TextRange,
    /// The profile that it meets and what is missing to the next.
    pub title: String,
}

/// A lens for each workload of a text.
pub fn lenses(file: &File) -> Vec<Lens> {
    file.workloads()
        .map(|workload| {
            let next = match workload.profile {
                Profile::Privileged => "baseline",
                Profile::Baseline | Profile::Restricted => "restricted",
            };
            let profile = workload.profile.name();
            let title = match workload.missing.as_slice() {
                [] => format!("Pod Security Standards: {profile}"),
                missing => format!("Pod Security Standards: {profile} · to {next}: {}", missing.join(", ")),
            };
            Lens { range: workload.head, title }
        })
        .collect()
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
