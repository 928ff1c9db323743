//! Tells whether an image comes from a place that the settings name.

use leastwise_manifest::Image;

/// Whether the image is from `place`: a registry, or the beginning of a path in one, whole parts only. Its host may
/// begin with `*.`; a `/` or `/*` at its end changes nothing.
pub(super) fn is_from(image: &Image<'_>, place: &str) -> bool {
    let place = place.strip_suffix("/*").unwrap_or(place).trim_end_matches('/');
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let is_host = match host.strip_prefix('*') {
        Some(end) if end.starts_with('.') => image.registry.ends_with(end),
        Some(_) => host == "*",
        None => image.registry == host,
    };
    let is_path = path.is_empty()
        || image.repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    is_host && is_path
}

#[cfg(test)]
mod tests {
    use super::is_from;
    use leastwise_manifest::Image;

    #[test]
    fn places_end_where_parts_do() {
        let image = Image::parse("eu.registry.example.com:5000/team/web:1").unwrap();
        for place in [
            "eu.registry.example.com:5000",
            "eu.registry.example.com:5000/team/",
            "*.example.com:5000/*",
            "*/team",
            "*",
        ] {
            assert!(is_from(&image, place), "{place}");
        }
        for place in [
            "",
            "registry.example.com:5000",
            "*.com",
            "eu.registry.example.com:5000/te",
            "*.example.com:5000/web",
        ] {
            assert!(!is_from(&image, place), "{place}");
        }
    }
}
