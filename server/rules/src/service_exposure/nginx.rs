//! The annotations by which an Ingress speaks to ingress-nginx.

use leastwise_manifest::{Annotation, Ingress};

/// How they begin.
pub(super) const NGINX: &str = "nginx.ingress.kubernetes.io/";

/// Those that are written into the configuration as they are, empty ones aside.
pub(super) fn nginx_snippets<'d>(ingress: &Ingress<'d>) -> impl Iterator<Item = Annotation<'d>> {
    ingress.object.annotations(NGINX).filter(|annotation| {
        annotation.key.ends_with("-snippet")
            && annotation.value().is_none_or(|value| !value.trim().is_empty())
    })
}
