//! Names of hosts that a workload is told of: whoever uses them asks a DNS server.

use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::Node;
use std::net::IpAddr;

/// The first name among environment variables and arguments, with what it stands in.
pub(super) fn first_name(pods: &PodSpec<'_>) -> Option<String> {
    pods.containers().iter().find_map(name_in)
}

fn name_in(container: &Container<'_>) -> Option<String> {
    let list = |key: &str| -> Vec<Node<'_>> {
        let list = container.node.get(key).value();
        list.map(|list| list.items().map(|item| item.value).collect()).unwrap_or_default()
    };
    let values = list("env").into_iter().filter_map(|variable| variable.get("value").value());
    let texts = values.chain(list("args")).chain(list("command")).filter_map(|node| node.as_str());
    texts.flat_map(|text| text.split([' ', ',', '=', ';', '"', '\''])).find_map(host).map(str::to_owned)
}

/// The name of the host in a URL, in `host:port`, or in what only names of a cluster end in.
fn host(word: &str) -> Option<&str> {
    let (has_scheme, rest) = match word.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, word),
    };
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    let (name, has_port) = match rest.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.chars().all(|char| char.is_ascii_digit()) => {
            (name, true)
        }
        _ => (rest, false),
    };
    let is_name = name.starts_with(|char: char| char.is_ascii_alphabetic())
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.'))
        && name != "localhost"
        && name.parse::<IpAddr>().is_err();
    let is_of_cluster = name.ends_with(".svc") || name.ends_with(".local");
    (is_name && (has_scheme || has_port || is_of_cluster)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn names_are_told_from_addresses_and_other_words() {
        for (word, name) in [
            ("https://api.example.com/v1", "api.example.com"),
            ("postgres://user:secret@db:5432/shop", "db"),
            ("cart:8080", "cart"),
            ("cart.shop.svc", "cart.shop.svc"),
        ] {
            assert_eq!(host(word), Some(name), "{word}");
        }
        for word in [
            "http://10.0.0.1:80",
            "localhost:8080",
            "0.0.0.0:8080",
            ":8080",
            "app.py",
            "--v",
            "http://[::1]/",
        ] {
            assert_eq!(host(word), None, "{word}");
        }
    }
}
