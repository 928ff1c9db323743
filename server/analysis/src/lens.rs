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
