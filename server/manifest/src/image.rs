use std::borrow::Cow;

/// An image reference, read as the container runtimes do.
///
/// Source: `github.com/distribution/reference`, `splitDockerDomain` and the grammar beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image<'t> {
    /// The host, with its port where it has one. `docker.io` where none is written.
    pub registry: &'t str,
    /// The path in the registry. Docker's own images, written without a path, are in `library/`.
    pub repository: Cow<'t, str>,
    /// What follows the colon.
    pub tag: Option<&'t str>,
    /// What follows the `@`.
    pub digest: Option<&'t str>,
}

/// The registry of images that name none.
const DEFAULT_REGISTRY: &str = "docker.io";

impl<'t> Image<'t> {
    /// Reads a reference. `None` where there is none yet: it is empty, or a tool puts the image here. Parts may still
    /// be placeholders; see [`Image::is_written_out`].
    pub fn parse(text: &'t str) -> Option<Self> {
        if text.is_empty() || is_filled_in(text) {
            return None;
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to a registry's port, not to a tag.
        let name_start = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match rest[name_start..].split_once(':') {
            Some((name, tag)) => (&rest[..name_start + name.len()], Some(tag)),
            None => (rest, None),
        };
        let (registry, repository) = match path.split_once('/') {
            Some((host, repository)) if is_host(host) => (host, repository),
            _ => (DEFAULT_REGISTRY, path),
        };
        let registry = if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry };
        let is_official = registry == DEFAULT_REGISTRY && !repository.contains('/');
        let repository = if is_official { format!("library/{repository}").into() } else { repository.into() };
        Some(Self { registry, repository, tag, digest })
    }

    /// What the path ends with: `nginx` of `registry.example.com/mirror/nginx:1.27`.
    pub fn name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }

    /// Whether the repository ends with these parts: a mirror changes only what stands before them.
    pub fn ends_with(&self, parts: &str) -> bool {
        let before = self.repository.strip_suffix(parts);
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }

    /// Registry and repository: `docker.io/library/nginx`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// Whether it is the tag `latest`, or means it for want of a tag and a digest.
    pub fn is_latest(&self) -> bool {
        self.digest.is_none() && self.tag.is_none_or(|tag| tag == "latest")
    }

    /// Whether its name is there, and is no placeholder.
    pub fn is_named(&self) -> bool {
        !self.name().is_empty() && self.name().chars().all(is_in_name)
    }

    /// Whether registry and repository are as the runtime will see them, with no placeholder like `<image>` or
    /// `$(REGISTRY)` left in them.
    pub fn is_written_out(&self) -> bool {
        let is_part = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | ':' | '/' | '[' | ']')
        };
        self.is_named() && self.registry.chars().all(is_part) && self.repository.chars().all(is_part)
    }

    /// Major, minor and patch of a tag like `v1.2.3` or `1.2.3-alpine`.
    pub fn version(&self) -> Option<[u64; 3]> {
        let tag = self.tag?;
        version(tag.strip_prefix('v').unwrap_or(tag))
    }
}

/// Reads `1.2.3`, whatever follows.
fn version(text: &str) -> Option<[u64; 3]> {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.');
    let mut numbers = text[..end.unwrap_or(text.len())].split('.').map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some([next()?, next()?, next()?])
}

/// Whether a tool puts the image here: `ko` builds what `ko://` names, and Istio injects its proxy for `auto`.
fn is_filled_in(text: &str) -> bool {
    text.contains("://") || text == "auto"
}

/// What stands before the first slash is a host if it cannot be a part of a path.
fn is_host(part: &str) -> bool {
    part == "localhost"
        || part.contains(['.', ':'])
        || part.chars().any(|character| character.is_ascii_uppercase())
}

fn is_in_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn references_are_read_as_runtimes_do() {
        for (text, name, tag, digest) in [
            ("nginx", "docker.io/library/nginx", None, None),
            ("nginx:1.27", "docker.io/library/nginx", Some("1.27"), None),
            ("docker.io/nginx", "docker.io/library/nginx", None, None),
            ("index.docker.io/library/nginx", "docker.io/library/nginx", None, None),
            ("team/web", "docker.io/team/web", None, None),
            ("localhost/web", "localhost/web", None, None),
            ("registry:5000/web", "registry:5000/web", None, None),
            ("registry:5000/web:1", "registry:5000/web", Some("1"), None),
            ("ghcr.io/a/b/c:1@sha256:00", "ghcr.io/a/b/c", Some("1"), Some("sha256:00")),
            ("[::1]:5000/web", "[::1]:5000/web", None, None),
        ] {
            let image = Image::parse(text).unwrap();
            assert_eq!((image.full_name().as_str(), image.tag, image.digest), (name, tag, digest), "{text}");
            assert!(image.is_written_out(), "{text}");
        }
    }

    #[test]
    fn what_is_filled_in_later_is_no_image_or_not_written_out() {
        for text in ["", "auto", "ko://example.com/cmd/web"] {
            assert_eq!(Image::parse(text), None, "{text}");
        }
        for text in ["<image>", "${IMAGE}", "$(REGISTRY)/web:1", "web/", "a b"] {
            assert!(!Image::parse(text).unwrap().is_written_out(), "{text}");
        }
    }

    #[test]
    fn versions() {
        for (text, version) in [
            ("web:v1.12.1", Some([1, 12, 1])),
            ("web:9.2.3-ubuntu@sha256:00", Some([9, 2, 3])),
            ("web:1.2", None),
            ("web:latest", None),
            ("web", None),
            ("web:1..2", None),
        ] {
            assert_eq!(Image::parse(text).unwrap().version(), version, "{text}");
        }
    }

    #[test]
    fn latest() {
        assert!(Image::parse("web").unwrap().is_latest() && Image::parse("web:latest").unwrap().is_latest());
        for text in ["web:1", "web@sha256:00", "web:latest@sha256:00"] {
            assert!(!Image::parse(text).unwrap().is_latest(), "{text}");
        }
    }
}
