//! Tells the community's ingress-nginx controller by its image.

use leastwise_manifest::Image;

/// Where it was published over time; mirrors keep the end of the path.
const REPOSITORIES: [&str; 3] = [
    "ingress-nginx/controller",
    "ingress-nginx/controller-chroot",
    "kubernetes-ingress-controller/nginx-ingress-controller",
];

/// Whether the image is the controller.
pub(super) fn is_controller(image: &Image<'_>) -> bool {
    REPOSITORIES.iter().any(|end| image.ends_with(end))
}

/// Reads a release such as `1.12.1` or `v1.12.1`.
pub(super) fn read_version(text: &str) -> Option<[u64; 3]> {
    Image { registry: "", repository: "".into(), tag: Some(text), digest: None }.version()
}
