//! Whether a line names an image that is nearly a known one.
//!
//! A small model sees that a name is odd, and knows few by heart. So the names that it suspects are held against a list of the
//! world's images, and what the list says is evidence beside the model's: it is added to the logarithm of the odds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::pieces::MAX_LINE_BYTES;

/// The label that the list is evidence for.
pub const LABEL: &str = "image-imitates-known-name";

/// What it adds to the logarithm of the odds where a name is nearly a known one, where that one is short, so that many a word is
/// near it, and where none is. Fitted together with the model's own on the 11,551 lines of the training's validation split that the
/// model held for more likely than `LEAST`; the model's own came out with a factor of 0.98, which is left at 1.
const FOR: f32 = 4.0;
const FOR_SHORT: f32 = 2.6;
const AGAINST: f32 = -1.4;

/// The logarithm of the odds (1 in 500) below which no name is looked up.
const LEAST: f32 = -6.2;

/// References of known images, one in a line, without tags. The training makes its examples of the same ones.
const KNOWN: &str = include_str!("known_images.txt");

/// How `ko` names what it builds and puts in an image's place: a Go package, which is like many names without imitating one.
const GO_PACKAGE: &str = "ko://";

/// Parts of names that are shorter are like too many others.
const SHORTEST: usize = 4;
/// The longest name that is called short.
const SHORT: usize = 5;
/// The slips of one who writes a name wrongly. Of names with two, 7 of the fitted lines were meant and 66 near by chance.
const SLIPS: usize = 1;
/// Of registries as long, of which there are few, two slips are told.
const LONG_REGISTRY: usize = 9;

/// Words that claim to be what they are not: images of a publisher do not say so in their names.
const CLAIMS: [&str; 7] = ["official", "original", "genuine", "verified", "authentic", "real", "true"];

/// A part of an image's name that is nearly a known one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness<'line> {
    /// As it is written.
    pub written: &'line str,
    /// What it is nearly.
    pub known: &'static str,
}

impl Likeness<'_> {
    fn is_slip_in_short_name(&self) -> bool {
        let length = self.written.chars().count().min(self.known.len());
        length <= SHORT && look(self.written) != look(self.known) && !has_claim(self.written)
    }
}

/// What the list adds to the logarithm of the odds that this line has this label, which the model holds for so likely.
#[must_use]
pub fn evidence(label: &str, line: &str, log_odds: f32) -> f32 {
    match label {
        LABEL if log_odds >= LEAST => match likeness(line) {
            Some(likeness) if likeness.is_slip_in_short_name() => FOR_SHORT,
            Some(_) => FOR,
            None => AGAINST,
        },
        LABEL => AGAINST,
        _ => 0.0,
    }
}

/// The first name on a line, if any, that is nearly a known image's, its publisher's or its registry's. As the model does, it reads
/// a long line's beginning.
#[must_use]
pub fn likeness(line: &str) -> Option<Likeness<'_>> {
    let line = &line[..line.floor_char_boundary(MAX_LINE_BYTES)];
    let line = line.split(" #").next().unwrap_or(line);
    let is_of_name = |character: char| {
        character.is_alphanumeric() || matches!(character, '.' | '_' | '/' | ':' | '@' | '-')
    };
    texts(line)
        .flat_map(|text| text.split(|character: char| !is_of_name(character)))
        .filter(|word| !word.ends_with(':') && !word.starts_with(GO_PACKAGE))
        .find_map(in_reference)
}

/// The parts of a line in which an image may be named. Of a template that is the strings with a slash or a colon: what it calls,
/// and what it takes from where, are no images.
fn texts(line: &str) -> impl Iterator<Item = &str> {
    line.split("{{").enumerate().flat_map(|(index, part)| {
        let (action, after) =
            if index == 0 { ("", part) } else { part.split_once("}}").unwrap_or((part, "")) };
        let strings = action.split('"').skip(1).step_by(2);
        strings.filter(|string| string.contains(['/', ':'])).chain([after])
    })
}

fn in_reference(reference: &str) -> Option<Likeness<'_>> {
    let reference = reference.rsplit("://").next().unwrap_or(reference);
    let (registry, parts) = parts(reference.split('@').next().unwrap_or(reference));
    let list = &*LIST;
    let like_registry =
        registry.and_then(|written| Some(Likeness { written, known: list.registry_like(written)? }));
    like_registry.or_else(|| {
        parts.into_iter().find_map(|written| Some(Likeness { written, known: list.part_like(written)? }))
    })
}

/// The registry of a reference, if it names one, and the parts of the name, all without port and tag.
fn parts(reference: &str) -> (Option<&str>, Vec<&str>) {
    let plain = |part: &'_ str| part.split_once(':').map_or(part.len(), |(name, _)| name.len());
    let mut parts: Vec<&str> = reference.split('/').collect();
    // As Docker tells a registry from a publisher.
    let has_registry = parts.len() > 1 && (parts[0].contains(['.', ':']) || parts[0] == "localhost");
    let registry = has_registry.then(|| parts.remove(0));
    (
        registry.map(|registry| &registry[..plain(registry)]),
        parts.into_iter().map(|part| &part[..plain(part)]).collect(),
    )
}

static LIST: LazyLock<List> = LazyLock::new(List::new);

/// The known images by the parts of their names.
struct List {
    registries: BTreeSet<&'static str>,
    parts: BTreeSet<&'static str>,
    by_look: BTreeMap<String, &'static str>,
}

impl List {
    fn new() -> Self {
        let mut list = Self { registries: BTreeSet::new(), parts: BTreeSet::new(), by_look: BTreeMap::new() };
        for reference in KNOWN.lines().filter(|line| !line.starts_with('#')) {
            let (registry, parts) = parts(reference);
            list.registries.extend(registry);
            list.parts.extend(parts);
        }
        list.by_look = list.parts.iter().map(|&part| (look(part), part)).collect();
        list
    }

    fn part_like(&self, written: &str) -> Option<&'static str> {
        if self.parts.contains(written) || written.chars().count() < SHORTEST {
            return None;
        }
        let same_look = self.by_look.get(&look(written)).copied();
        same_look.or_else(|| self.claimed(written)).or_else(|| self.misspelled(written))
    }

    /// The known name that a written one claims to be genuine of.
    fn claimed(&self, written: &str) -> Option<&'static str> {
        let without = |claim: &str| written.strip_prefix(claim).or_else(|| written.strip_suffix(claim));
        let name = |rest: &str| self.parts.get(rest.trim_matches(['-', '_'])).copied();
        CLAIMS.iter().find_map(|claim| without(claim).and_then(name))
    }

    fn misspelled(&self, written: &str) -> Option<&'static str> {
        let length = written.chars().count();
        let as_long = |known: &&&str| known.len() > SHORTEST && known.len().abs_diff(length) <= SLIPS;
        let near =
            self.parts.iter().filter(as_long).filter(|known| strsim::osa_distance(known, written) <= SLIPS);
        // Another number, or `_` for `-`, makes another version or a habit of writing.
        near.copied().find(|known| letters(known) != letters(written))
    }

    /// The registry that another one looks like, or whose name it begins with.
    fn registry_like(&self, written: &str) -> Option<&'static str> {
        if self.registries.contains(written) {
            return None;
        }
        let dotted = written.replace('-', ".");
        let is_like = |known: &&&str| {
            let goes_on =
                dotted.strip_prefix(**known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            goes_on || strsim::osa_distance(known, written) <= if known.len() < LONG_REGISTRY { 1 } else { 2 }
        };
        self.registries.iter().filter(is_like).min().copied()
    }
}

/// A name with letters that look alike as one.
fn look(name: &str) -> String {
    let one = |character| match character {
        '0' | 'о' => 'o',
        '1' | 'l' | 'і' => 'i',
        'а' => 'a',
        'е' => 'e',
        'с' => 'c',
        'р' => 'p',
        'х' => 'x',
        'у' => 'y',
        other => other,
    };
    name.replace("rn", "m").replace("vv", "w").replace("cl", "d").chars().map(one).collect()
}

fn has_claim(name: &str) -> bool {
    CLAIMS.iter().any(|claim| name.starts_with(claim) || name.ends_with(claim))
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_known_is_found_with_what_it_imitates() {
        for (line, written, known) in [
            ("image: ngnix:1.27", "ngnix", "nginx"),
            ("  - image: docker.io/bitnamy/redis@sha256:0a1b", "bitnamy", "bitnami"),
            ("- {name: web, image: \"quay.io/prometheus/prornetheus:v2\"}", "prornetheus", "prometheus"),
            ("newName: p0stgres", "p0stgres", "postgres"),
            // A Cyrillic letter.
            ("image: rеdis", "rеdis", "redis"),
            ("image: grafana-official/loki:3", "grafana-official", "grafana"),
            ("image: quay.io.mirror.example/argoproj/argocd:v2", "quay.io.mirror.example", "quay.io"),
            ("image: ghcr-io.example/fluxcd/flux-cli", "ghcr-io.example", "ghcr.io"),
            ("url: oci://registry.k8s.oi/pause", "registry.k8s.oi", "registry.k8s.io"),
            ("image: elasticsaerch:8", "elasticsaerch", "elasticsearch"),
            ("image: \"bitnamy/{{ .Values.name }}:{{ .Values.tag }}\"", "bitnamy", "bitnami"),
            ("image: {{ .Values.image | default \"docker.io/ngnix\" }}", "ngnix", "nginx"),
        ] {
            assert_eq!(likeness(line), Some(Likeness { written, known }), "{line}");
        }
    }

    #[test]
    fn names_that_are_known_or_far_from_any_are_left_alone() {
        for line in [
            "image: nginx:1.27",
            "image: registry.example:5000/shop/nginx:1",
            "image: gcr.io/google_samples/gb-frontend-v7",
            "image: registry.istio.io/release/examples-bookinfo-reviews-v3:1.20.3",
            "image: acme/billing-web:2.1 # not ngnix",
            // Two letters from `apiserver`.
            "image: acme/appserve:1",
            // A Go package, not an image.
            "image: ko://shop.example/cmd/ngnix",
            "ngnix: on",
            "name: {{ include \"ngnix.fullname\" . }}-{{ .Values.ngnix }}",
            "image: web",
            "image: \"\"",
            "",
            "://@/:",
        ] {
            assert_eq!(likeness(line), None, "{line}");
        }
    }

    #[test]
    fn a_long_line_is_read_as_far_as_the_model_reads_it() {
        let blanks = " ".repeat(MAX_LINE_BYTES);
        assert_eq!(likeness(&format!("image: {blanks}ngnix")), None);
        assert!(likeness(&format!("image: ngnix{blanks}")).is_some());
    }

    #[test]
    fn no_known_image_imitates_another() {
        for reference in KNOWN.lines() {
            assert_eq!(likeness(reference), None);
        }
    }

    #[test]
    fn known_images_are_in_order_and_without_tags() {
        let references: Vec<&str> = KNOWN.lines().skip(1).collect();
        assert!(references.is_sorted_by_key(|reference| (reference.contains('/'), *reference)));
        let unique: BTreeSet<_> = references.iter().collect();
        assert_eq!(unique.len(), references.len());
        assert!(references.iter().all(|reference| !reference.contains([':', '@', ' '])));
    }

    #[test]
    fn the_list_is_evidence_for_one_label_only() {
        assert_eq!(evidence(LABEL, "image: prornetheus", 0.0), FOR);
        assert_eq!(evidence(LABEL, "image: ngnix", 0.0), FOR_SHORT, "a slip in a short name");
        assert_eq!(evidence(LABEL, "image: real-redis", 0.0), FOR);
        assert_eq!(evidence(LABEL, "image: nginx", 0.0), AGAINST);
        assert_eq!(evidence(LABEL, "image: ngnix", -10.0), AGAINST, "the model sees nothing odd");
        assert_eq!(evidence("image-tag-latest", "image: ngnix", 0.0), 0.0);
    }
}
