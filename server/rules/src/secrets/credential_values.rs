//! Tells by a value whether it is a credential, or stands for one that is elsewhere.

use super::credential_names::Credential;

/// How a provider's tokens begin, how long the rest is at least, and whose they are. Sources: the providers' own
/// pages on token formats.
const TOKENS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("AIza", 35, "a Google API key"),
    ("ya29.", 20, "a Google access token"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("github_pat_", 36, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xapp-", 20, "a Slack token"),
    ("sk_live_", 20, "a Stripe key"),
    ("rk_live_", 20, "a Stripe key"),
    ("sk-ant-", 20, "an Anthropic key"),
    ("sk-proj-", 20, "an OpenAI key"),
    ("SG.", 60, "a SendGrid key"),
    ("npm_", 36, "an npm token"),
    ("pypi-", 50, "a PyPI token"),
    ("dckr_pat_", 20, "a Docker Hub token"),
    ("hvs.", 24, "a Vault token"),
    ("hf_", 30, "a Hugging Face token"),
    ("glsa_", 32, "a Grafana token"),
    ("dop_v1_", 64, "a DigitalOcean token"),
    ("shpat_", 32, "a Shopify token"),
];

/// What the value is by its shape alone, in words; `None` where it has none that only credentials have.
pub(super) fn shape(value: &str) -> Option<&'static str> {
    if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let in_token =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    value.split(|character| !in_token(character)).find_map(token)
}

fn token(word: &str) -> Option<&'static str> {
    if is_web_token(word) {
        return Some("a JSON Web Token");
    }
    let (prefix, _, what) = TOKENS.iter().find(|(prefix, length, _)| {
        word.strip_prefix(prefix).is_some_and(|rest| rest.len() >= *length && is_mixed(rest))
    })?;
    // AWS keys have one length; a longer word in capitals is something else.
    let is_whole = !what.contains("AWS") || word.len() == prefix.len() + 16;
    (is_whole && !is_placeholder(word)).then_some(what)
}

/// Three parts in Base64; the first two are JSON, and so begin like `{"` in Base64.
fn is_web_token(word: &str) -> bool {
    let parts: Vec<_> = word.split('.').collect();
    let [header, payload, signature] = parts[..] else { return false };
    header.starts_with("eyJ") && payload.starts_with("eyJ") && header.len() >= 16 && signature.len() >= 16
}

/// Whether a value of a variable that is named like a credential stands for none: it is empty, refers to a credential
/// elsewhere, or is there to be replaced.
pub(super) fn stands_for_none(value: &str, named: Credential) -> bool {
    let value = value.trim();
    value.is_empty()
        || is_switch(value)
        || refers_elsewhere(value)
        || is_placeholder(value)
        || (named == Credential::Token && value.parse::<f64>().is_ok())
}

/// Says whether something is on, as in `ALLOW_EMPTY_PASSWORD: "yes"`.
fn is_switch(value: &str) -> bool {
    const WORDS: [&str; 12] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "enabled",
        "disabled",
        "none",
        "null",
        "nil",
        "undefined",
    ];
    matches!(value, "0" | "1" | "-") || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// A variable, a file, an address, or the name of a place in a secret store.
fn refers_elsewhere(value: &str) -> bool {
    const STORES: [&str; 7] = ["vault:", "secretref:", "ref+", "arn:aws:", "keyvault:", "file:", "env:"];
    let is_variable = value.contains("$(") || value.contains("${") || value.starts_with('$');
    // Base64 may begin with a slash, but then it mostly ends in a way that paths do not.
    let is_path = (value.starts_with(['/', '~']) || value.starts_with("./") || value.starts_with("../"))
        && !value.ends_with('=');
    let is_windows_path = value.get(1..3) == Some(":\\");
    let is_address = value.contains("://") && !value.contains('@');
    is_variable
        || is_path
        || is_windows_path
        || is_address
        || STORES
            .iter()
            .any(|store| value.get(..store.len()).is_some_and(|start| start.eq_ignore_ascii_case(store)))
}

/// There to be replaced: `<token>`, `CHANGE_ME`, `your-api-key`, `xxxx`.
fn is_placeholder(value: &str) -> bool {
    const WORDS: [&str; 12] = [
        "changeme",
        "changethis",
        "replaceme",
        "replacethis",
        "placeholder",
        "example",
        "redacted",
        "insert",
        "todo",
        "fixme",
        "dummy",
        "yoursecret",
    ];
    let letters: String =
        value.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let brackets = [("<", ">"), ("[", "]"), ("%", "%"), ("__", "__"), ("@", "@"), ("#{", "}")];
    let is_bracketed = brackets
        .iter()
        .any(|(open, close)| value.len() > 2 && value.starts_with(open) && value.ends_with(close));
    let mut characters = value.chars();
    let first = characters.next();
    let is_one_character = value.len() > 2 && characters.all(|character| Some(character) == first);
    is_bracketed
        || is_one_character
        || letters.starts_with("your")
        || [" here", "_here", "-here"].iter().any(|end| value.to_ascii_lowercase().ends_with(end))
        || WORDS.iter().any(|word| letters.contains(word))
}

/// Letters and digits both, and more than one letter over and over, which placeholders are made of.
fn is_mixed(rest: &str) -> bool {
    rest.contains(|character: char| character.is_ascii_digit())
        && rest.contains(|character: char| character.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::{Credential, shape, stands_for_none};

    /// Joined here, so that no scanner takes the test for a leak.
    fn joined(parts: &[&str]) -> String {
        parts.concat()
    }

    #[test]
    fn known_shapes() {
        let github = joined(&["gh", "p_", "0123456789abcdefghijABCDEFGHIJ012345"]);
        let aws = joined(&["AK", "IA", "2E0A8F3B244C9986"]);
        let web = joined(&["eyJ", "hbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxIn0", ".c2lnbmF0dXJlLXBhcnQ"]);
        for (value, what) in [
            (github.clone(), "a GitHub token"),
            (format!("Authorization: token {github}"), "a GitHub token"),
            (aws.clone(), "an AWS access key"),
            (format!("Bearer {web}"), "a JSON Web Token"),
            (
                joined(&["-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"]),
                "a private key",
            ),
        ] {
            assert_eq!(shape(&value), Some(what), "{value}");
        }
    }

    #[test]
    fn what_only_looks_similar_has_no_shape() {
        for value in [
            "ghp_short",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "npm_config_registry",
            "AKIAIOSFODNN7EXAMPLE",
            "eyJ.eyJ.",
            "www.example.com",
            "-----BEGIN CERTIFICATE-----\nMIIE",
            "-----BEGIN PUBLIC KEY-----\nMIIE",
        ] {
            assert_eq!(shape(value), None, "{value}");
        }
    }

    #[test]
    fn what_stands_for_no_credential() {
        for value in [
            "",
            " ",
            "yes",
            "False",
            "$(DB_PASSWORD)",
            "postgres://web:$(DB_PASSWORD)@db/web",
            "${TOKEN}",
            "$TOKEN",
            "/run/secrets/token",
            "./token.txt",
            "C:\\secrets\\token",
            "file:///etc/token",
            "https://auth.example.com/token",
            "vault:secret/data/web#token",
            "arn:aws:secretsmanager:eu-west-1:1:secret:web",
            "<token>",
            "__TOKEN__",
            "changeme",
            "CHANGE_ME",
            "change-me-please",
            "your-api-key",
            "TOKEN_GOES_HERE",
            "xxxxxxxx",
            "********",
            "REDACTED",
        ] {
            assert!(stands_for_none(value, Credential::Password), "{value}");
        }
    }

    #[test]
    fn numbers_may_be_passwords_but_no_tokens() {
        assert!(stands_for_none("3600", Credential::Token));
        assert!(!stands_for_none("123456", Credential::Password));
    }

    #[test]
    fn what_may_be_one() {
        for value in ["hunter2", "admin", "p@ssw0rd", "/9j4AAQSkZJRg==", "wJalrXUtnFEMI/K7MDENG"] {
            assert!(!stands_for_none(value, Credential::Token), "{value}");
        }
    }
}
