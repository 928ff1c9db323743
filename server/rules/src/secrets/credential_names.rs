//! Tells by a variable's name whether it holds a credential. The name is read as words, and the last words say what
//! the thing is: a `DB_PASSWORD` is a password, a `PASSWORD_FILE` is a file and a `TOKEN_TTL` a time.

/// What the last word of a password's name is or ends in: `DB_PASSWORD`, `PGPASSWORD`.
const PASSWORDS: &[&str] = &["PASSWORD", "PASSWD", "PASSPHRASE"];

/// What the name of another credential ends in.
const NOUNS: &[&[&str]] = &[
    &["SECRET"],
    &["TOKEN"],
    &["BEARER"],
    &["JWT"],
    &["APIKEY"],
    &["AUTHTOKEN"],
    &["SECRETKEY"],
    &["API", "KEY"],
    &["APP", "KEY"],
    &["ACCESS", "KEY"],
    &["ACCOUNT", "KEY"],
    &["AUTH", "KEY"],
    &["ENCRYPTION", "KEY"],
    &["HMAC", "KEY"],
    &["JWT", "KEY"],
    &["LICENSE", "KEY"],
    &["MASTER", "KEY"],
    &["PRIVATE", "KEY"],
    &["SECRET", "KEY"],
    &["SHARED", "KEY"],
    &["SIGNING", "KEY"],
    &["STORAGE", "KEY"],
    // The public half; a literal one tells that its pair is kept the same way.
    &["AWS", "ACCESS", "KEY", "ID"],
];

/// Short forms that mean a password only after another word: `DB_PASS`, but `PWD` is a directory.
const SHORT: &[&str] = &["PASS", "PWD"];

/// What stands behind the noun without changing what it names: `TOKEN_VALUE`, `PASSWORD_BASE64`.
const QUALIFIERS: &[&str] = &["VALUE", "PLAINTEXT", "BASE64", "B64"];

/// Before `SECRET` these speak of a Kubernetes Secret, whose name is no secret.
const KEPT_IN_SECRETS: &[&str] = &["TLS", "SSL", "CA", "CERT", "CERTIFICATE", "CREDENTIALS", "PULL"];

/// What a variable that is named like a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    /// A password: any text may be one, digits alone too.
    Password,
    /// A token, key or shared secret: long and mixed.
    Token,
}

/// What the name says the variable holds; `None` where it names no credential.
pub(super) fn credential(name: &str) -> Option<Credential> {
    let mut words = words(name);
    while words.last().is_some_and(|last| QUALIFIERS.contains(&last.as_str()) || is_number(last)) {
        words.pop();
    }
    let words: Vec<_> =
        words.iter().map(|word| word.trim_end_matches(|digit: char| digit.is_ascii_digit())).collect();
    let (last, before) = words.split_last()?;
    if PASSWORDS.iter().any(|noun| last.ends_with(noun)) || (SHORT.contains(last) && !before.is_empty()) {
        return Some(Credential::Password);
    }
    let holds_a_secret = before.last().is_some_and(|word| KEPT_IN_SECRETS.contains(word));
    if *last == "SECRET" && holds_a_secret {
        return None;
    }
    NOUNS.iter().any(|noun| words.ends_with(noun)).then_some(Credential::Token)
}

fn is_number(word: &str) -> bool {
    word.chars().all(|character| character.is_ascii_digit())
}

/// The words of a name in upper case, however it joins them: `API_KEY`, `api-key`, `api.key`, `apiKey`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for character in name.chars() {
        let is_letter = character.is_ascii_alphanumeric();
        if !is_letter || (after_lower && character.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (is_letter, words.last_mut()) {
            word.push(character.to_ascii_uppercase());
        }
        after_lower = character.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{Credential, credential, words};

    #[test]
    fn names_are_read_as_words() {
        assert_eq!(words("dbPassword"), ["DB", "PASSWORD"]);
        assert_eq!(words("spring.datasource.api-key"), ["SPRING", "DATASOURCE", "API", "KEY"]);
        assert_eq!(words("__API_KEY"), ["API", "KEY"]);
    }

    #[test]
    fn passwords() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "PGPASSWORD",
            "mysqlRootPassword",
            "SMTP_PASS",
            "DB_PWD",
            "KEY_PASSPHRASE",
            "REDIS_PASSWORD_1",
            "ADMIN_PASSWORD2",
            "PASSWORD_BASE64",
        ] {
            assert_eq!(credential(name), Some(Credential::Password), "{name}");
        }
    }

    #[test]
    fn tokens_keys_and_secrets() {
        for name in [
            "TOKEN",
            "GITHUB_TOKEN",
            "auth-token",
            "CLIENT_SECRET",
            "AWS_SECRET_ACCESS_KEY",
            "STRIPE_API_KEY",
            "APIKEY",
            "AZURE_STORAGE_KEY",
            "BEARER",
            "JWT_SECRET",
            "USER_JWT",
            "AWS_ACCESS_KEY_ID",
            "API_TOKEN_VALUE",
        ] {
            assert_eq!(credential(name), Some(Credential::Token), "{name}");
        }
    }

    #[test]
    fn what_only_mentions_a_credential_is_none() {
        for name in [
            "",
            "_",
            "1",
            "PASSWORD_FILE",
            "DB_PASSWORD_PATH",
            "SECRET_NAME",
            "TLS_SECRET",
            "IMAGE_PULL_SECRET",
            "credentialsSecret",
            "TOKEN_TTL",
            "TOKEN_URL",
            "MAX_TOKENS",
            "PASSWORD_MIN_LENGTH",
            "SECRETS_ENABLED",
            "PWD",
            "OLDPWD",
            "PASS",
            "BYPASS",
            "COMPASS",
            "SECRETARY",
            "TOKENIZER",
            "ACCESS_KEY_ID",
            "PUBLIC_KEY",
            "CACHE_KEY",
            "KEYBOARD",
        ] {
            assert_eq!(credential(name), None, "{name}");
        }
    }
}
