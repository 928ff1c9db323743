//! Rules on TLS cipher suites, and which cipher suites are strong: those with forward secrecy and authenticated encryption.

use super::command_line::CommandLine;
use super::component::Component;
use crate::finding::Report;
use leastwise_manifest::Container;

/// Reports weak suites in `--tls-cipher-suites`, and the flag left out unless one of `unless` names a file.
pub(super) fn check_suites(
    container: &Container<'_>,
    component: Component,
    unless: &[&str],
    report: &mut Report<'_, '_>,
) {
    let Some(line) = CommandLine::of(container, component) else { return };
    let listed = line.list(&["tls-cipher-suites"]);
    let title = container.title();
    if let Some(given) = listed.given.last() {
        if let Some(weak) = weak(listed.values.iter().map(|(suite, _)| *suite)) {
            report.find(given.path.clone(), format!("{title} accepts weak cipher suites: {weak}"));
        }
    } else if !listed.open && !unless.iter().any(|file| line.may_have(file)) {
        let message = format!("{title} does not set --tls-cipher-suites, so the defaults of Go hold");
        report.find(line.missing(), message);
    }
}

/// Whether the suite, as Go names it, is strong.
fn is_strong(suite: &str) -> bool {
    const TLS_1_3: [&str; 3] =
        ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
    const AUTHENTICATED: [&str; 4] =
        ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305", "CHACHA20_POLY1305_SHA256"];
    let ephemeral = ["TLS_ECDHE_ECDSA_WITH_", "TLS_ECDHE_RSA_WITH_"];
    TLS_1_3.contains(&suite)
        || ephemeral
            .iter()
            .any(|prefix| suite.strip_prefix(prefix).is_some_and(|cipher| AUTHENTICATED.contains(&cipher)))
}

/// The suites of these that are not strong, in words; `None` where all are.
pub(super) fn weak<'s>(suites: impl IntoIterator<Item = &'s str>) -> Option<String> {
    let weak: Vec<_> = suites.into_iter().filter(|suite| !is_strong(suite)).collect();
    (!weak.is_empty()).then(|| weak.join(", "))
}

#[cfg(test)]
mod tests {
    use super::is_strong;

    #[test]
    fn old_key_exchanges_and_modes_are_weak() {
        for suite in ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"] {
            assert!(is_strong(suite), "{suite}");
        }
        for suite in [
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        ] {
            assert!(!is_strong(suite), "{suite}");
        }
    }
}
