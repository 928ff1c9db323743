//! The names that ports may have: those of services that IANA registers.
//!
//! Source: `k8s.io/apimachinery/pkg/util/validation`, `IsValidPortName`.

/// What is wrong with the name of a port, to follow "is no port name: it ".
pub(super) fn fault(name: &str) -> Option<&'static str> {
    let is_allowed = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    if name.len() > 15 {
        Some("has more than 15 characters")
    } else if !name.chars().all(is_allowed) {
        Some("has other characters than a-z, 0-9 and -")
    } else if !name.contains(|char: char| char.is_ascii_lowercase()) {
        Some("has no letter")
    } else if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        Some("begins or ends with a dash, or has two of them together")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn names_are_judged_as_the_api_server_does() {
        for name in ["http", "http-80", "8a", "a23456789012345"] {
            assert_eq!(fault(name), None, "{name}");
        }
        for (name, words) in [
            ("a234567890123456", "15"),
            ("Http", "other"),
            ("http_80", "other"),
            ("8080", "letter"),
            ("-http", "dash"),
            ("http-", "dash"),
            ("ht--tp", "dash"),
        ] {
            assert!(fault(name).is_some_and(|fault| fault.contains(words)), "{name}");
        }
    }
}
